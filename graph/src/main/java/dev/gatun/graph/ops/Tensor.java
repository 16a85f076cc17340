package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import dev.gatun.graph.types.TypeException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A value of the graph being traced: a type and a number, no data. Methods record an op and return its result;
 * operands broadcast by NumPy's rule. Lives as long as its trace; needs no closing.
 *
 * <p>All methods throw {@link dev.gatun.graph.types.TypeException} with the op, the rule broken, the operand types
 * and the caller's source line when operands do not fit.
 */
public final class Tensor {
    private final Recorder recorder;
    private final int id;
    private final TensorType type;

    /**
     * Called by recorders.
     *
     * @param recorder the trace that the value belongs to
     * @param id number of the value in the trace
     * @param type its type
     */
    public Tensor(Recorder recorder, int id, TensorType type) {
        this.recorder = recorder;
        this.id = id;
        this.type = type;
    }

    /** A tensor of one repeated value, in the trace under way. */
    public static Tensor full(DType dtype, Shape shape, double value) {
        return Recorder.current().record(new Constant(new TensorType(dtype, shape), value), List.of()).getFirst();
    }

    /** Index numbers along an axis, i32, in the trace under way. */
    public static Tensor iota(Shape shape, int axis) {
        return Recorder.current().record(new Iota(shape, Rules.axis(axis, shape.rank())), List.of()).getFirst();
    }

    /** {@code condition ? a : b}; the condition is bool. */
    public static Tensor select(Tensor condition, Tensor a, Tensor b) {
        Shape shape = Shape.broadcast(condition.shape(), Shape.broadcast(a.shape(), b.shape()));
        return condition.broadcast(shape).apply(new Select(), a.broadcast(shape), b.broadcast(shape));
    }

    /** Tensors one after another along an axis. */
    public static Tensor concat(int axis, List<Tensor> parts) {
        Tensor first = parts.getFirst();
        Concat op = new Concat(Rules.axis(axis, first.type.rank()));
        return first.recorder.record(op, parts).getFirst();
    }

    public TensorType type() {
        return type;
    }

    public Shape shape() {
        return type.shape();
    }

    public DType dtype() {
        return type.dtype();
    }

    /** Number of the value in its trace. */
    public int id() {
        return id;
    }

    /** The trace that the value belongs to. */
    public Recorder recorder() {
        return recorder;
    }

    /** Records an op on this tensor and more; returns its only (or first) result. */
    public Tensor apply(Op op, Tensor... more) {
        return applyAll(op, more).getFirst();
    }

    /** Records an op on this tensor and more; returns all its results. */
    public List<Tensor> applyAll(Op op, Tensor... more) {
        List<Tensor> operands = new ArrayList<>();
        operands.add(this);
        operands.addAll(List.of(more));
        return recorder.record(op, operands);
    }

    private Tensor binary(Pointwise op, Tensor other) {
        if (shape().equals(other.shape())) return apply(op, other);
        Shape shape;
        try {
            shape = Shape.broadcast(shape(), other.shape());
        } catch (TypeException e) {
            return apply(op, other); // let the recorder refuse it, with op, types and line
        }
        return broadcast(shape).apply(op, other.broadcast(shape));
    }

    private Tensor like(double value) {
        return recorder.record(new Constant(type, value), List.of()).getFirst();
    }

    /** Zeros of this tensor's type. */
    public Tensor zero() {
        return like(0);
    }

    public Tensor add(Tensor other) {
        return binary(new Add(), other);
    }

    public Tensor add(double value) {
        return add(like(value));
    }

    public Tensor sub(Tensor other) {
        return binary(new Sub(), other);
    }

    public Tensor mul(Tensor other) {
        return binary(new Mul(), other);
    }

    public Tensor mul(double value) {
        return mul(like(value));
    }

    public Tensor div(Tensor other) {
        return binary(new Div(), other);
    }

    public Tensor max(Tensor other) {
        return binary(new Max(), other);
    }

    public Tensor min(Tensor other) {
        return binary(new Min(), other);
    }

    /** {@code this < other}, bool. */
    public Tensor less(Tensor other) {
        return binary(new Less(), other);
    }

    /** {@code this == other}, bool. */
    public Tensor equal(Tensor other) {
        return binary(new Equal(), other);
    }

    public Tensor and(Tensor other) {
        return binary(new And(), other);
    }

    public Tensor or(Tensor other) {
        return binary(new Or(), other);
    }

    public Tensor not() {
        return apply(new Not());
    }

    public Tensor neg() {
        return apply(new Neg());
    }

    public Tensor abs() {
        return apply(new Abs());
    }

    public Tensor exp() {
        return apply(new Exp());
    }

    public Tensor log() {
        return apply(new Log());
    }

    public Tensor sqrt() {
        return apply(new Sqrt());
    }

    /** {@code 1 / sqrt(this)}. */
    public Tensor rsqrt() {
        return apply(new Rsqrt());
    }

    public Tensor tanh() {
        return apply(new Tanh());
    }

    public Tensor erf() {
        return apply(new Erf());
    }

    public Tensor sin() {
        return apply(new Sin());
    }

    public Tensor cos() {
        return apply(new Cos());
    }

    /** {@code 1 / this}. */
    public Tensor reciprocal() {
        return like(1).div(this);
    }

    /** {@code 1 / (1 + exp(-this))}, computed as {@code (1 + tanh(this/2)) / 2}, which does not overflow. */
    public Tensor sigmoid() {
        return mul(0.5).tanh().mul(0.5).add(0.5);
    }

    /** {@code max(this, 0)}. */
    public Tensor relu() {
        return apply(new Relu());
    }

    /** The same values in another element type; itself when it has that type already. */
    public Tensor cast(DType to) {
        return dtype() == to ? this : apply(new Cast(to));
    }

    /** The same elements under another shape; itself when it has that shape already. */
    public Tensor reshape(Shape to) {
        return shape().equals(to) ? this : apply(new Reshape(to));
    }

    public Tensor reshape(int... dims) {
        return reshape(Shape.of(dims));
    }

    /** Stretches to a shape by NumPy's rule; itself when it has that shape already. */
    public Tensor broadcast(Shape to) {
        return shape().equals(to) ? this : apply(new Broadcast(to));
    }

    /** Dimensions in another order. */
    public Tensor transpose(Integer... order) {
        return apply(new Transpose(List.of(order)));
    }

    /** Indices {@code from} (inclusive) to {@code to} (exclusive) of an axis. */
    public Tensor slice(int axis, int from, int to) {
        return apply(new Slice(counted(axis), from, to));
    }

    /** Even parts along an axis. */
    public List<Tensor> split(int axis, int parts) {
        return split(axis, Split.even(shape().dim(axis), parts));
    }

    /** Parts of given sizes along an axis. */
    public List<Tensor> split(int axis, List<Integer> sizes) {
        return applyAll(new Split(counted(axis), sizes));
    }

    private int counted(int axis) {
        return axis < 0 ? axis + type.rank() : axis;
    }

    /** Sum over axes, which stay with size 1; itself for no axes. */
    public Tensor sum(List<Integer> axes) {
        return axes.isEmpty() ? this : apply(new Reduce(Reduce.Kind.SUM, axes));
    }

    /** Sum over the last axis, which stays with size 1. */
    public Tensor sumLast() {
        return sum(List.of(type.rank() - 1));
    }

    /** Sum of all elements, a scalar. */
    public Tensor sumAll() {
        return sum(IntStream.range(0, type.rank()).boxed().toList()).reshape(Shape.SCALAR);
    }

    /** Mean of all elements, a scalar. */
    public Tensor mean() {
        return sumAll().mul(1.0 / type.elements());
    }

    /** Largest element along the last axis, which stays with size 1. */
    public Tensor maxLast() {
        return max(List.of(type.rank() - 1));
    }

    /** Largest elements along axes, which stay with size 1; itself for no axes. NaN elements give an unspecified result. */
    public Tensor max(List<Integer> axes) {
        return axes.isEmpty() ? this : apply(new Reduce(Reduce.Kind.MAX, axes));
    }

    /**
     * Matrix product over the last two dimensions. A matrix on the right serves any number of leading dimensions on
     * the left: {@code [b,t,d] x [d,n] -> [b,t,n]}; otherwise leading dimensions agree.
     */
    public Tensor matmul(Tensor right) {
        return matmul(right, false);
    }

    /** Matrix product with the right operand stored transposed: {@code [b,t,d] x [n,d] -> [b,t,n]}. */
    public Tensor matmulTransposed(Tensor right) {
        return matmul(right, true);
    }

    private Tensor matmul(Tensor right, boolean transposed) {
        MatMul op = new MatMul(false, transposed);
        if (right.type.rank() != 2 || type.rank() <= 2) return apply(op, right);
        int last = shape().last();
        Shape lead = shape().sub(0, type.rank() - 1);
        Tensor flat = reshape((int) (type.elements() / last), last);
        Tensor product = flat.apply(op, right);
        return product.reshape(lead.concat(Shape.of(product.shape().last())));
    }

    /** Rows of this table by i32 index. */
    public Tensor gather(Tensor index) {
        return apply(new Gather(), index);
    }

    @Override
    public String toString() {
        return "%" + id + ":" + type;
    }
}
