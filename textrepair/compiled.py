"""How loops over bytes, words and n-grams are compiled, where numba's own settings cost time.

Numba counts the references to every array that a function hands on or keeps under another name, with locked instructions,
which took a sixth of a scan's time.  What only works in arrays that it was given needs no counting.  Nor is there a look at
each divisor: a division by zero is infinite or "not a number", as in numpy.

Where this isn't felt, functions are plain ``njit(nogil=True)``.

What is compiled is kept for the next start.  Numba keeps it in ``__pycache__`` beside the source or else in the user's cache; it
fails where it can write to neither, as in a container with a read-only file system, and where the disk is full.  Here it goes on.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any, Protocol, TypeVar, cast

import numba
from numba.core.caching import FunctionCache

from textrepair.extras import Unusable

_Function = TypeVar("_Function", bound=Callable[..., Any])


class _Compiler(Protocol):
    """What numba gives back is called as the function is."""

    def __call__(self, function: _Function, /) -> _Function: ...


if getattr(numba.config, "DISABLE_JIT", 0):  # which numba makes of the environment
    raise Unusable("textrepair's loops run only compiled, and NUMBA_DISABLE_JIT is set: unset it")


_LOG = logging.getLogger("textrepair")
#: From so many functions on that have to be compiled it is told: one or two are some rare sort of input, all of them a first run.
_MANY = 5
_MISSES = count(1)


class _Kept(FunctionCache):
    def load_overload(self, sig: Any, target_context: Any) -> Any:
        found = super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        if found is None and next(_MISSES) == _MANY:
            _LOG.info("compiling for this machine: a minute or two, only this once")
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        except OSError as error:
            _warn((error.strerror or str(error)).lower())


def njit(**options: Any) -> _Compiler:
    """A decorator, as ``numba.njit(cache=True, ...)``."""

    def kept(function: _Function, /) -> _Function:
        dispatcher: Any = numba.njit(**options)(function)
        try:
            dispatcher._cache = _Kept(function)  # type: ignore[no-untyped-call]  # as enable_caching() does
        except RuntimeError:
            _warn("no folder for it can be written")
        return cast(_Function, dispatcher)

    return kept


@cache  # numba's own handling of warnings would have Python tell it again
def _warn(reason: str) -> None:
    warnings.warn(
        f"what is compiled can't be kept ({reason}), so that each start takes half a minute to a minute longer:"
        " set NUMBA_CACHE_DIR to a folder with room",
        RuntimeWarning,
        stacklevel=1,
    )


_OPTIONS: dict[str, Any] = {"nogil": True, "boundscheck": False, "error_model": "numpy"}

#: For functions that make arrays, or get addresses (:func:`textrepair.intrinsics.address`) in place of any.
compiled_making_arrays: _Compiler = njit(**_OPTIONS)
#: For functions that make none; their callers keep all arrays alive.
compiled: _Compiler = njit(**_OPTIONS | {"_nrt": False})
#: For parts of one long function, and what is done at each word or more often, where a call would be felt: order's words take a
#: tenth longer by it.  Each becomes code of the function that it is part of and is compiled with that one's options.
compiled_inline: _Compiler = njit(**_OPTIONS | {"_nrt": False, "inline": "always"})
