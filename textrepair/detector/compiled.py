"""How the detectors' loops over bytes are compiled.

Numba counts the references to every array that a function hands on or keeps under another name, with locked instructions,
which took a sixth of a scan's time.  What only works in arrays that it was given needs no counting.
"""

from __future__ import annotations

from typing import Any

from textrepair.compiling import njit

_OPTIONS: dict[str, Any] = {"nogil": True, "boundscheck": False, "error_model": "numpy"}

#: For functions that make arrays.
compiled_making_arrays: Any = njit(**_OPTIONS)
#: For functions that make none; their callers keep all arrays alive.
compiled: Any = njit(**_OPTIONS | {"_nrt": False})
#: For parts of one long function, where a call each time would be felt: order's words take a tenth longer by it.
compiled_inline: Any = njit(**_OPTIONS | {"_nrt": False, "inline": "always"})
