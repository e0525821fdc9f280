"""How the operations of `sim.kernels.vectors` compile: LLVM's vectors as values that numba knows.

Each operation is taught to numba once, as the type that it gives and the instructions that it emits, so that it
costs no call and little time to compile. Loads and stores are in `sim.kernels.native_memory`.
"""

import operator

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.typing import signature as typed
from numba.extending import lower_builtin, register_model, type_callable

from sim.kernels import vectors
from sim.kernels.vectors import LANES

I32, I64 = ir.IntType(32), ir.IntType(64)


class Lanes(types.Type):
    """Numba's type of eight numbers of one element type; of booleans, a mask."""

    def __init__(self, element):
        self.element = element
        super().__init__(name=f"Lanes({element})")


MASK = Lanes(types.boolean)


def _element(element):
    if element == types.boolean:
        return ir.IntType(1)
    if isinstance(element, types.Float):
        return ir.FloatType() if element.bitwidth == 32 else ir.DoubleType()
    return ir.IntType(element.bitwidth)


def vector_of(lanes):
    """LLVM's type of some lanes."""
    return ir.VectorType(_element(lanes.element), LANES)


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager, lanes):
        super().__init__(manager, lanes, vector_of(lanes))


def bytes_of(element):
    """Size of an element in memory."""
    return 1 if element == types.boolean else element.bitwidth // 8


def suffix(lanes):
    """How LLVM's intrinsics call a vector type."""
    return f"v{LANES}{'f' if isinstance(lanes.element, types.Float) else 'i'}{bytes_of(lanes.element) * 8}"


def intrinsic(builder, name, result, arguments):
    """Call one of LLVM's intrinsics."""
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)


def native(function, result, emit, *shapes):
    """Teach numba a function: its result type from argument types (None: not ours), and its instructions."""

    type_callable(function)(lambda context: result)
    for shape in shapes:
        lower_builtin(function, *shape)(emit)


def _same(*arguments):
    """Lanes type of an operation between lanes, or lanes and a number, of one element type; None otherwise."""
    lanes = [argument for argument in arguments if isinstance(argument, Lanes)]
    if not lanes:
        return None
    for argument in arguments:
        element = argument.element if isinstance(argument, Lanes) else types.unliteral(argument)
        if element != lanes[0].element:
            return None
    return lanes[0]


def _spread(builder, value, given, lanes):
    """A number as lanes; lanes as they are."""
    if isinstance(given, Lanes):
        return value
    undefined = ir.Constant(vector_of(lanes), ir.Undefined)
    single = builder.insert_element(undefined, value, I32(0))
    return builder.shuffle_vector(single, undefined, ir.Constant(ir.VectorType(I32, LANES), [0] * LANES))


def _pair(builder, signature, arguments):
    lanes = _same(*signature.args)
    left, right = (_spread(builder, v, t, lanes) for v, t in zip(arguments, signature.args, strict=True))
    return lanes, left, right


_TWO = ((Lanes, Lanes), (Lanes, types.Number), (types.Number, Lanes))


def _arithmetic(function, floating, whole):
    def result(a, b):
        lanes = _same(a, b)
        fits = lanes is not None and (floating if isinstance(lanes.element, types.Float) else whole)
        return lanes if fits else None

    def emit(context, builder, signature, arguments):
        lanes, left, right = _pair(builder, signature, arguments)
        return getattr(builder, floating if isinstance(lanes.element, types.Float) else whole)(left, right)

    native(function, result, emit, *_TWO)


for _function, _floating, _whole in (
    (operator.add, "fadd", "add"),
    (operator.sub, "fsub", "sub"),
    (operator.mul, "fmul", "mul"),
    (operator.truediv, "fdiv", None),
    (operator.and_, None, "and_"),
    (operator.or_, None, "or_"),
    (operator.xor, None, "xor"),
    (operator.lshift, None, "shl"),
    (operator.rshift, None, "lshr"),
):
    _arithmetic(_function, _floating, _whole)


def _compared(builder, lanes, sign, left, right):
    if isinstance(lanes.element, types.Float):
        return builder.fcmp_ordered(sign, left, right)
    if isinstance(lanes.element, types.Integer) and lanes.element.signed:
        return builder.icmp_signed(sign, left, right)
    return builder.icmp_unsigned(sign, left, right)


def _comparison(function, sign):
    def result(a, b):
        return None if _same(a, b) is None else MASK

    def emit(context, builder, signature, arguments):
        lanes, left, right = _pair(builder, signature, arguments)
        return _compared(builder, lanes, sign, left, right)

    native(function, result, emit, *_TWO)


for _function, _sign in (
    (operator.lt, "<"),
    (operator.le, "<="),
    (operator.gt, ">"),
    (operator.ge, ">="),
    (operator.eq, "=="),
    (operator.ne, "!="),
):
    _comparison(_function, _sign)


def _choice(function, sign, extreme):
    def emit(context, builder, signature, arguments):
        lanes, left, right = _pair(builder, signature, arguments)
        if not isinstance(lanes.element, types.Float):
            return builder.select(_compared(builder, lanes, sign, left, right), left, right)
        # a choice by comparison would become a masked store, which the next load of that place has to wait for
        kind = ir.FunctionType(left.type, [left.type] * 2)
        called = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{extreme}.{suffix(lanes)}")
        return builder.call(called, [left, right], fastmath=("nnan", "nsz"))

    native(function, lambda a, b: _same(a, b), emit, *_TWO)


_choice(vectors.smaller, "<", "minnum")
_choice(vectors.larger, ">", "maxnum")


def _invert_emit(context, builder, signature, arguments):
    return builder.not_(arguments[0])


native(operator.invert, lambda a: a if a == MASK else None, _invert_emit, (Lanes,))


def _select_emit(context, builder, signature, arguments):
    lanes = signature.return_type
    yes, no = (_spread(builder, v, t, lanes) for v, t in zip(arguments[1:], signature.args[1:], strict=True))
    return builder.select(arguments[0], yes, no)


native(
    vectors.select,
    lambda mask, yes, no: _same(yes, no) if mask == MASK else None,
    _select_emit,
    *((Lanes, *pair) for pair in _TWO),
)


def _splat_emit(context, builder, signature, arguments):
    return _spread(builder, arguments[0], signature.args[0], signature.return_type)


native(
    vectors.splat,
    lambda value: Lanes(types.unliteral(value)) if isinstance(value, types.Number) else None,
    _splat_emit,
    (types.Number,),
)


def _first_lanes_emit(context, builder, signature, arguments):
    number = _spread(builder, arguments[0], types.int64, Lanes(types.int64))
    return builder.icmp_signed("<", ir.Constant(ir.VectorType(I64, LANES), list(range(LANES))), number)


native(
    vectors.first_lanes,
    lambda number: typed(MASK, types.int64) if isinstance(number, types.Integer) else None,
    _first_lanes_emit,
    (types.int64,),
)


def _mask_bits_emit(context, builder, signature, arguments):
    return builder.zext(builder.bitcast(arguments[0], ir.IntType(LANES)), I64)


native(vectors.mask_bits, lambda mask: types.int64 if mask == MASK else None, _mask_bits_emit, (Lanes,))


def _lowest_bit_emit(context, builder, signature, arguments):
    return builder.cttz(arguments[0], ir.IntType(1)(1))


def _count_bits_emit(context, builder, signature, arguments):
    return builder.ctpop(arguments[0])


def _whole_of(bits):
    return typed(types.int64, types.int64) if isinstance(bits, types.Integer) else None


native(vectors.lowest_bit, _whole_of, _lowest_bit_emit, (types.int64,))
native(vectors.count_bits, _whole_of, _count_bits_emit, (types.int64,))


def _converted(function, element, sources, emit):
    wanted = Lanes(element)
    native(
        function,
        lambda lanes: wanted if isinstance(lanes, Lanes) and lanes.element in sources else None,
        lambda context, builder, signature, arguments: emit(
            builder, arguments[0], vector_of(wanted), signature.args[0].element
        ),
        (Lanes,),
    )


def _whole_to_float32(builder, value, kind, source):
    if source.bitwidth == 64:
        value = builder.trunc(value, ir.VectorType(I32, LANES))
    return builder.sitofp(value, kind)


def _to_float64(builder, value, kind, source):
    return builder.uitofp(value, kind) if source == types.boolean else builder.fpext(value, kind)


_converted(vectors.as_float32, types.float32, (types.int32, types.int64, types.uint64), _whole_to_float32)
_converted(vectors.as_float64, types.float64, (types.float32, types.boolean), _to_float64)


def _low_half(builder, value, kind, source):
    return builder.bitcast(builder.trunc(value, ir.VectorType(I32, LANES)), kind)


_converted(vectors.float32_of, types.float32, (types.uint64,), _low_half)
_converted(vectors.as_int32, types.int32, (types.int64, types.uint64), _low_half)
_converted(
    vectors.as_int64, types.int64, (types.int32,), lambda builder, value, kind, source: builder.sext(value, kind)
)


def _compress_emit(context, builder, signature, arguments):
    value, mask = arguments
    bits = Lanes(types.Integer.from_bitwidth(bytes_of(signature.return_type.element) * 8))
    value = builder.bitcast(value, vector_of(bits))  # without AVX-512, LLVM can compress whole numbers only
    nothing = ir.Constant(value.type, None)
    name = f"llvm.experimental.vector.compress.{suffix(bits)}"
    packed = intrinsic(builder, name, value.type, [value, mask, nothing])
    return builder.bitcast(packed, vector_of(signature.return_type))


native(
    vectors.compress,
    lambda lanes, mask: lanes if isinstance(lanes, Lanes) and lanes != MASK and mask == MASK else None,
    _compress_emit,
    (Lanes, Lanes),
)


def _total_emit(context, builder, signature, arguments):
    value, width = arguments[0], LANES
    add = builder.fadd if isinstance(signature.args[0].element, types.Float) else builder.add
    while width > 1:
        width //= 2
        undefined = ir.Constant(value.type, ir.Undefined)
        halves = [ir.Constant(ir.VectorType(I32, width), list(range(at, at + width))) for at in (0, width)]
        value = add(*(builder.shuffle_vector(value, undefined, half) for half in halves))
    return builder.extract_element(value, I32(0))


native(
    vectors.total,
    lambda lanes: lanes.element if isinstance(lanes, Lanes) and lanes != MASK else None,
    _total_emit,
    (Lanes,),
)
