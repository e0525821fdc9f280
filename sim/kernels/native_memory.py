"""How loads, stores and gathers of eight-lane vectors compile; alignment is the element's."""

from llvmlite import ir
from numba.core import types
from numba.core.typing import signature as typed

from sim.kernels import vectors
from sim.kernels.native import I32, MASK, Lanes, bytes_of, intrinsic, native, suffix, vector_of
from sim.kernels.vectors import LANES


def _address(context, builder, array_type, array, at):
    """Pointer to an element of a C-contiguous array, and the type that it has in memory."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [at])


def _array_of(array):
    return isinstance(array, types.Array) and array.layout == "C"


def _load_emit(context, builder, signature, arguments):
    array, _ = signature.args
    lanes = signature.return_type
    pointer = _address(context, builder, array, arguments[0], arguments[1])
    stored = ir.VectorType(ir.IntType(8), LANES) if lanes == MASK else vector_of(lanes)
    value = builder.load(builder.bitcast(pointer, stored.as_pointer()), align=bytes_of(lanes.element))
    return builder.icmp_unsigned("!=", value, ir.Constant(stored, [0] * LANES)) if lanes == MASK else value


def _loaded(array, at):
    fits = _array_of(array) and isinstance(at, types.Integer)
    return typed(Lanes(array.dtype), array, types.intp) if fits else None


native(vectors.load, _loaded, _load_emit, (types.Array, types.intp))


def _store_emit(context, builder, signature, arguments):
    array, _, lanes = signature.args
    pointer = _address(context, builder, array, arguments[0], arguments[1])
    builder.store(arguments[2], builder.bitcast(pointer, vector_of(lanes).as_pointer()), align=bytes_of(lanes.element))
    return context.get_dummy_value()


def _storable(array, at, lanes):
    of_one_type = isinstance(lanes, Lanes) and lanes != MASK and array.dtype == lanes.element
    return _array_of(array) and isinstance(at, types.Integer) and of_one_type


def _stored(array, at, lanes):
    return typed(types.void, array, types.intp, lanes) if _storable(array, at, lanes) else None


native(vectors.store, _stored, _store_emit, (types.Array, types.intp, Lanes))


def _store_where_emit(context, builder, signature, arguments):
    array, _, lanes, _ = signature.args
    pointer = _address(context, builder, array, arguments[0], arguments[1])
    pointer = builder.bitcast(pointer, vector_of(lanes).as_pointer())
    align = I32(bytes_of(lanes.element))
    intrinsic(
        builder, f"llvm.masked.store.{suffix(lanes)}.p0", ir.VoidType(), [arguments[2], pointer, align, arguments[3]]
    )
    return context.get_dummy_value()


def _stored_where(array, at, lanes, mask):
    fits = mask == MASK and _storable(array, at, lanes)
    return typed(types.void, array, types.intp, lanes, mask) if fits else None


native(vectors.store_where, _stored_where, _store_where_emit, (types.Array, types.intp, Lanes, Lanes))


def _gather_emit(context, builder, signature, arguments):
    array, _ = signature.args
    lanes = signature.return_type
    data = context.make_array(array)(context, builder, arguments[0]).data
    addresses = builder.gep(data, [arguments[1]], source_etype=data.type.pointee)
    addresses.type = ir.VectorType(data.type, LANES)  # llvmlite knows only the type of a scalar address
    everywhere = ir.Constant(ir.VectorType(ir.IntType(1), LANES), [1] * LANES)
    nothing = ir.Constant(vector_of(lanes), ir.Undefined)
    align = I32(bytes_of(lanes.element))
    name = f"llvm.masked.gather.{suffix(lanes)}.v{LANES}p0"
    return intrinsic(builder, name, vector_of(lanes), [addresses, align, everywhere, nothing])


def _gathered(array, index):
    whole = isinstance(index, Lanes) and isinstance(index.element, types.Integer)
    return Lanes(array.dtype) if whole and _array_of(array) and array.dtype != types.boolean else None


native(vectors.gather, _gathered, _gather_emit, (types.Array, Lanes))


def _prefetch_emit(context, builder, signature, arguments):
    array, _ = signature.args
    pointer = builder.bitcast(_address(context, builder, array, arguments[0], arguments[1]), ir.IntType(8).as_pointer())
    intrinsic(builder, "llvm.prefetch.p0", ir.VoidType(), [pointer, I32(0), I32(3), I32(1)])
    return context.get_dummy_value()


def _prefetched(array, at):
    fits = _array_of(array) and isinstance(at, types.Integer)
    return typed(types.void, array, types.intp) if fits else None


native(vectors.prefetch, _prefetched, _prefetch_emit, (types.Array, types.intp))
