"""Libraries that not every user needs: imported where they are used, and named in the error where they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Unusable(ImportError):
    """What is asked for can't run here; the message tells what to do."""


class MissingExtra(Unusable):
    """A library that comes with an extra is not installed; the message tells how to install it."""


def needed(module: str, extra: str, what: str) -> Any:
    """The module; :class:`MissingExtra` says that ``what`` needs it.

    >>> needed("no_such_library", "parquet", "reading Parquet")
    Traceback (most recent call last):
    textrepair.extras.MissingExtra: reading Parquet needs no_such_library: pip install 'textrepair[parquet]'
    """
    try:
        return import_module(module)
    except ImportError as error:
        name = module.partition(".")[0]
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing is None or missing.partition(".")[0] != name:
            raise MissingExtra(
                f"{what} needs {name}, which can't be loaded ({error}): pip install 'textrepair[{extra}]'"
            ) from error
        raise MissingExtra(f"{what} needs {name}: pip install 'textrepair[{extra}]'") from None
