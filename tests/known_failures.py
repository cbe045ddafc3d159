"""Cases as parameters of a test; those that are known to fail have to fail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def parameter(case: dict[str, Any], *before: object, name: str = "") -> Any:
    """One case behind what else the test takes; ``name`` instead of its label alone."""
    marks = [pytest.mark.xfail(strict=True, reason=case["comment"])] if case.get("known_failure") else []
    return pytest.param(*before, case, id=name or case["label"], marks=marks)


def parameters(cases: Iterable[dict[str, Any]]) -> list[Any]:
    """For ``pytest.mark.parametrize("case", …)``."""
    return [parameter(case) for case in cases]
