"""What processors do and numba has no word for: reading behind an address, fetching ahead, comparing several numbers at once.

Each is a function for compiled code, told to LLVM in its own instructions.  Addresses are integers; nothing is checked, and
whoever made an address keeps what stands there alive.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numba.np import arrayobj


def _address_of(typing: Any, array: Any) -> Any:
    """Where an array's items begin; the caller keeps it alive."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = arrayobj.make_array(signature.args[0])(context, builder, arguments[0]).data  # type: ignore[no-untyped-call]
        return builder.ptrtoint(data, ir.IntType(64))

    return types.int64(array), generate


address: Any = intrinsic(_address_of)


def _reader(kind: Any, width: ir.Type, align: int | None = None) -> Any:
    @intrinsic
    def item(typing: Any, address: Any, index: Any) -> Any:
        """The item at an index behind an address."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            base = builder.inttoptr(arguments[0], width.as_pointer())
            return builder.load(builder.gep(base, [arguments[1]]), align=align)

        return kind(types.int64, types.int64), generate

    return item


# The item at an index behind an address: ``uint32_at(address, index)``.
uint8_at: Any = _reader(types.uint8, ir.IntType(8))
uint32_at: Any = _reader(types.uint32, ir.IntType(32))
float32_at: Any = _reader(types.float32, ir.FloatType())
#: Eight bytes as a number, from an address of any byte.
eight_bytes: Any = _reader(types.uint64, ir.IntType(64), align=1)


def comparer(bits: int, count: int, above: int = 0) -> Any:
    """A function of an address and a number: which of the ``count`` numbers of so many bits that stand there equal it, looked at
    without their ``above`` lowest bits; a bit each, the first number's lowest."""
    width = ir.IntType(bits)

    @intrinsic
    def equal(typing: Any, address: Any, wanted: Any) -> Any:
        """Which of the numbers at an address equal one: a bit each, compared at once."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            vector = ir.VectorType(width, count)
            address, wanted = arguments
            numbers = builder.load(builder.inttoptr(address, vector.as_pointer()), align=bits // 8)
            if above:
                numbers = builder.lshr(numbers, ir.Constant(vector, [above] * count))
            all_wanted = ir.Constant(vector, ir.Undefined)
            for at in range(count):
                all_wanted = builder.insert_element(all_wanted, wanted, ir.IntType(32)(at))
            found = builder.bitcast(builder.icmp_unsigned("==", numbers, all_wanted), ir.IntType(count))
            return builder.zext(found, ir.IntType(64))

        return types.int64(types.int64, types.Integer.from_bitwidth(bits, signed=False)), generate

    return equal


def _count_trailing(typing: Any, bits: Any) -> Any:
    """The number of the lowest bit that is set, of at least one."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return types.int64(types.int64), generate


lowest_bit: Any = intrinsic(_count_trailing)


def _fetch_line(typing: Any, address: Any) -> Any:
    """Ask for the cache line at an address, without waiting for it (llvm.prefetch)."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        )
        place = builder.inttoptr(arguments[0], byte)
        builder.call(function, [place, number(0), number(3), number(1)])  # read, keep in all caches, data
        return context.get_dummy_value()

    return types.void(types.int64), generate


fetch: Any = intrinsic(_fetch_line)
