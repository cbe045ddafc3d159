"""Find articles that a spinner, a translator or a scraper has damaged, and put the words back.

>>> from textrepair import Edit, Patch, apply
>>> apply("Astatine first", Patch((Edit(0, 8, "Astatine", "At"),)))
'At first'

``load()`` returns a repairer with ``diagnose(text)`` and ``repair(text)``.  Names are imported when first used, so that
``import textrepair`` costs next to nothing and a program that only applies patches never loads a model.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textrepair.detector.base import KINDS, Damage, Diagnosis, Finding
    from textrepair.patch import Edit, Patch, PatchError, apply, diff
    from textrepair.repair import Repair, Repairer, Settings, load
    from textrepair.workers import WorkerDied, Workers

__version__ = "0.1.0"

_HOMES = {
    "load": "textrepair.repair",
    "Repair": "textrepair.repair",
    "Repairer": "textrepair.repair",
    "Settings": "textrepair.repair",
    "Workers": "textrepair.workers",
    "WorkerDied": "textrepair.workers",
    "Patch": "textrepair.patch",
    "PatchError": "textrepair.patch",
    "Edit": "textrepair.patch",
    "apply": "textrepair.patch",
    "diff": "textrepair.patch",
    "KINDS": "textrepair.detector.base",
    "Damage": "textrepair.detector.base",
    "Diagnosis": "textrepair.detector.base",
    "Finding": "textrepair.detector.base",
}

__all__ = [
    "load", "Repairer", "Repair", "Settings",
    "Workers", "WorkerDied",
    "Patch", "Edit", "PatchError", "apply", "diff",
    "KINDS", "Diagnosis", "Damage", "Finding",
    "__version__",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Import a public name from the module that holds it, once."""
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'textrepair' has no attribute {name!r}") from None
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
