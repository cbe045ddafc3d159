"""Objects from columns are those that the class itself would make."""

from __future__ import annotations

import pytest
from hypothesis import given
from strategies import sources_and_patches

from textrepair.columns import objects
from textrepair.detector.base import Finding, findings_of
from textrepair.patch import Edit, Patch, PatchError


@given(sources_and_patches())
def test_as_made_one_by_one(case: tuple[str, Patch]) -> None:
    _, patch = case
    columns = [[getattr(edit, name) for edit in patch.edits] for name in Edit.__dataclass_fields__]
    assert objects(Edit, *columns) == list(patch.edits)


def test_checked_as_one_by_one() -> None:
    with pytest.raises(PatchError, match="changes nothing"):
        objects(
            Edit,
            [0, 4],
            [3, 7],
            ["the", "cat"],
            ["a", "cat"],
            ["spin"] * 2,
            [1.0] * 2,
            [()] * 2,
            [""] * 2,
            [""] * 2,
        )


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="1 values of end for 2 objects"):
        objects(Finding, [0, 4], [3], ["spin"] * 2, [0.5] * 2, [""] * 2)


def test_findings_of_edits() -> None:
    edits = [Edit(0, 3, "the", "a", "spin", 0.7, reason="the ← a")]
    assert findings_of(edits, "spacing") == [Finding(0, 3, "spacing", 0.7, "the ← a")]
    assert findings_of([], "spacing") == []
