"""How the detectors' loops over bytes are compiled.

Numba counts the references to every array that a function hands on or keeps under another name, with locked instructions,
which took a sixth of a scan's time.  What only works in arrays that it was given needs no counting.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numba.np import arrayobj

_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "boundscheck": False, "error_model": "numpy"}

#: For functions that make arrays.
compiled_making_arrays: Any = numba.njit(**_OPTIONS)
#: For functions that make none; their callers keep all arrays alive.
compiled: Any = numba.njit(**_OPTIONS | {"_nrt": False})


def _fetch_item(typing: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of an array's item without waiting for it (llvm.prefetch)."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = arrayobj.make_array(signature.args[0])(context, builder, arguments[0]).data  # type: ignore[no-untyped-call]
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        )
        place = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        builder.call(function, [place, number(0), number(3), number(1)])  # read, keep in all caches, data
        return context.get_dummy_value()

    return types.void(array, index), generate


fetch: Any = intrinsic(_fetch_item)
