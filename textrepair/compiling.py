"""Numba's ``njit`` for all loops of this package: what it compiles is kept for the next start, where there is a place for it.

Numba keeps it in ``__pycache__`` beside the source or else in the user's cache.  It fails where it can write to neither, as in a
container with a read-only file system, and where the disk is full; here it goes on.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

import numba
from numba.core.caching import FunctionCache

from textrepair.extras import Unusable

F = TypeVar("F", bound=Callable[..., Any])

if getattr(numba.config, "DISABLE_JIT", 0):  # which numba makes of the environment
    raise Unusable("textrepair's loops run only compiled, and NUMBA_DISABLE_JIT is set: unset it")


class _Kept(FunctionCache):
    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        except OSError as error:
            _warn((error.strerror or str(error)).lower())


def njit(**options: Any) -> Callable[[F], F]:
    """A decorator, as ``numba.njit(cache=True, ...)``."""

    def compiled(function: F) -> F:
        dispatcher: Any = numba.njit(**options)(function)
        try:
            dispatcher._cache = _Kept(function)  # type: ignore[no-untyped-call]  # as enable_caching() does
        except RuntimeError:
            _warn("no folder for it can be written")
        return cast(F, dispatcher)

    return compiled


@cache  # numba's own handling of warnings would have Python tell it again
def _warn(reason: str) -> None:
    warnings.warn(
        f"what is compiled can't be kept ({reason}), so that each start takes half a minute to a minute longer:"
        " set NUMBA_CACHE_DIR to a folder with room",
        RuntimeWarning,
        stacklevel=1,
    )
