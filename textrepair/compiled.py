"""How loops over bytes, words and n-grams are compiled, where numba's own settings cost time.

Numba counts the references to every array that a function hands on or keeps under another name, with locked instructions,
which took a sixth of a scan's time.  What only works in arrays that it was given needs no counting.  Nor is there a look at
each divisor: a division by zero is infinite or "not a number", as in numpy.

Where this isn't felt, functions are plain ``numba.njit(cache=True, nogil=True)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numba

_Function = TypeVar("_Function", bound=Callable[..., Any])


class _Compiler(Protocol):
    """What numba gives back is called as the function is."""

    def __call__(self, function: _Function, /) -> _Function: ...


_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "boundscheck": False, "error_model": "numpy"}

#: For functions that make arrays, or get addresses (:func:`textrepair.intrinsics.address`) in place of any.
compiled_making_arrays: _Compiler = numba.njit(**_OPTIONS)
#: For functions that make none; their callers keep all arrays alive.
compiled: _Compiler = numba.njit(**_OPTIONS | {"_nrt": False})
#: For parts of one long function, and what is done at each word or more often, where a call would be felt: order's words take a
#: tenth longer by it.  Each becomes code of the function that it is part of and is compiled with that one's options.
compiled_inline: _Compiler = numba.njit(**_OPTIONS | {"_nrt": False, "inline": "always"})
