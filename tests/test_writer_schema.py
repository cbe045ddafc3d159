"""Results in a record: everything else stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import repairs

from textrepair.fields import FieldError
from textrepair.patch import Patch
from textrepair.writer.jsonl import read_record
from textrepair.writer.schema import Schema, repair_results, scan_results

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda v: st.lists(v, max_size=3)
)
records = st.dictionaries(st.sampled_from(["id", "url", "meta", "lang", "Text"]), values)


@settings(deadline=None)
@given(records, repairs(), st.sampled_from([None, "clean"]))
def test_everything_else_stays_and_the_source_can_be_had_back(
    fields: dict[str, Any], repair: Any, clean: str | None
) -> None:
    record = {**fields, "text": repair.source}
    before = json.dumps(record)
    schema = Schema(clean_field=clean)
    results = repair_results(repair, "m", "v")
    filled = schema.filled(record, results, repair.text)
    assert json.dumps(record) == before
    assert list(filled) == [*record, *([clean] if clean else []), "textrepair"]
    assert {name: filled[name] for name in fields} == fields
    assert filled[clean or "text"] == repair.text
    assert read_record({"text": repair.text, "edits": filled["textrepair"]["edits"]}).source == repair.source
    assert list(results) == ["score", "damage", "findings", "edits", "proposals", "model", "version"]
    assert isinstance(repair.patch, Patch)


@settings(deadline=None)
@given(repairs())
def test_a_scan_is_replaced_and_a_repair_is_not(repair: Any) -> None:
    schema = Schema()
    record = {"text": repair.source, "textrepair": scan_results(repair.diagnosis, "m", "v")}
    done = schema.filled(record, repair_results(repair, "m", "v"), repair.text)
    assert "edits" in done["textrepair"]
    if repair.patch.edits:
        with pytest.raises(FieldError, match="--results-field"):
            schema.filled(done, scan_results(repair.diagnosis, "m", "v"))


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"body": "x"}, r"no field 'text'; its fields are 'body': name one with --text-field"),
        ({"text": None}, r"field 'text' is null, not a string"),
        ({"text": 3}, r"field 'text' is a number, not a string"),
    ],
)
def test_no_text(record: dict[str, Any], message: str) -> None:
    with pytest.raises(FieldError, match=message):
        Schema().text_of(record)


def test_nothing_of_others_is_overwritten() -> None:
    with pytest.raises(FieldError, match="--results-field"):
        Schema().filled({"text": "", "textrepair": "mine"}, {})
    with pytest.raises(FieldError, match="--clean-field"):
        Schema(clean_field="clean").filled({"text": "", "clean": "mine"}, {}, "x")
    with pytest.raises(ValueError, match="both"):
        Schema(text_field="textrepair")
