package dev.gatun.runtime.reference;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Broadcast;
import dev.gatun.graph.ops.Composite;
import dev.gatun.graph.ops.Concat;
import dev.gatun.graph.ops.Constant;
import dev.gatun.graph.ops.Convolution;
import dev.gatun.graph.ops.Gather;
import dev.gatun.graph.ops.Iota;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Pad;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.ops.Pointwise;
import dev.gatun.graph.ops.Pooling;
import dev.gatun.graph.ops.RandomUniform;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Reshape;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.ScatterAdd;
import dev.gatun.graph.ops.Slice;
import dev.gatun.graph.ops.Split;
import dev.gatun.graph.ops.StoreRows;
import dev.gatun.graph.ops.Transpose;
import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Evaluates a graph one node at a time over arrays of double: slow and obviously right. With {@code exact} values
 * keep double precision throughout, as finite differences need; otherwise each result is rounded to its element type.
 */
public final class Interpreter {
    private final Graph graph;
    private final boolean exact;

    /**
     * Prepares a graph; composites are expanded.
     *
     * @param exact keep double precision instead of rounding each result to its element type
     */
    public Interpreter(Graph graph, boolean exact) {
        this.graph = Pipeline.expansion().run(graph);
        this.exact = exact;
    }

    /**
     * Evaluates the graph.
     *
     * @param inputs row-major elements of each data input and state, by name
     * @return elements of each output by name, new contents of states included
     * @throws IllegalArgumentException when an input is missing or has another size
     */
    public Map<String, double[]> run(Map<String, double[]> inputs) {
        Map<Integer, double[]> values = new HashMap<>();
        for (Input in : graph.inputs()) {
            double[] x = inputs.get(in.name());
            if (x == null || x.length != in.value().type().elements()) {
                throw new IllegalArgumentException("input " + in.name() + " needs " + in.value().type());
            }
            values.put(in.value().id(), x);
        }
        evaluate(graph, values);
        Map<String, double[]> outputs = new LinkedHashMap<>();
        for (Output out : graph.outputs()) outputs.put(out.name(), values.get(out.value().id()));
        return outputs;
    }

    /** Computes all nodes from inputs that are there. */
    private void evaluate(Graph graph, Map<Integer, double[]> values) {
        for (Node n : graph.nodes()) {
            List<double[]> results = evaluate(n, n.operands().stream().map(v -> values.get(v.id())).toList());
            for (int i = 0; i < results.size(); i++) {
                Value v = n.results().get(i);
                values.put(v.id(), exact ? results.get(i) : rounded(results.get(i), v.type().dtype()));
            }
        }
    }

    private List<double[]> scan(Scan op, List<double[]> x, List<Value> results) {
        Graph body = (Graph) op.body();
        List<double[]> all = new ArrayList<>();
        for (Value v : results) all.add(new double[(int) v.type().elements()]);
        double[][] carry = x.subList(0, op.carries()).toArray(double[][]::new);
        for (int i = 0; i <= op.length(); i++) {
            for (int c : op.kept()) place(carry[c], all.get(op.history(c)), op.reverse() ? op.length() - i : i);
            if (i == op.length()) break;
            int step = op.reverse() ? op.length() - 1 - i : i;
            Map<Integer, double[]> values = new HashMap<>();
            for (int k = 0; k < x.size(); k++) {
                Value in = body.inputs().get(k).value();
                int size = (int) in.type().elements();
                boolean isCut = k >= op.carries() && k < op.carries() + op.sequences();
                values.put(in.id(), k < op.carries() ? carry[k] : isCut ? Arrays.copyOfRange(x.get(k), step * size, (step + 1) * size) : x.get(k));
            }
            evaluate(body, values);
            for (int k = 0; k < body.outputs().size(); k++) {
                double[] y = values.get(body.outputs().get(k).value().id());
                if (k < op.carries()) carry[k] = y;
                else place(y, all.get(k), step);
            }
        }
        for (int c = 0; c < op.carries(); c++) all.set(c, carry[c]);
        return all;
    }

    private static void place(double[] part, double[] all, int at) {
        System.arraycopy(part, 0, all, at * part.length, part.length);
    }

    private static double[] rounded(double[] x, DType dtype) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = switch (dtype) {
                case F32 -> (float) x[i];
                case BF16 -> bf16((float) x[i]);
                case I32, BOOL -> x[i];
            };
        }
        return y;
    }

    /** Rounds to bfloat16, to nearest even. */
    static float bf16(float x) {
        int bits = Float.floatToRawIntBits(x);
        if (Float.isNaN(x)) return x;
        return Float.intBitsToFloat(bits + 0x7FFF + (bits >>> 16 & 1) & 0xFFFF0000);
    }

    private List<double[]> evaluate(Node n, List<double[]> x) {
        TensorType type = n.result().type();
        List<TensorType> in = n.operands().stream().map(Value::type).toList();
        return switch (n.op()) {
            case Pointwise p -> List.of(pointwise(p, x, type));
            case MatMul m -> List.of(matmul(m, x.get(0), x.get(1), in.get(0), in.get(1), type));
            case Convolution c -> List.of(Spatial.convolution(c, x, in, type));
            case Pooling p -> List.of(Spatial.pooling(p, x, in, type));
            case Reduce r -> List.of(reduce(r, x.getFirst(), in.getFirst().shape(), type));
            case Reshape r -> List.of(x.getFirst());
            case Transpose t -> List.of(strided(x.getFirst(), type.shape(), t.order().stream().map(in.getFirst().shape().strides()::get).toList(), 0));
            case Broadcast b -> List.of(strided(x.getFirst(), type.shape(), stretched(in.getFirst().shape(), type.shape()), 0));
            case Slice s -> List.of(slice(x.getFirst(), in.getFirst().shape(), type.shape(), s.axis(), s.from()));
            case Split s -> split(s, x.getFirst(), in.getFirst().shape(), n.results());
            case Concat c -> List.of(concat(c, x, in, type.shape()));
            case Pad p -> List.of(placed(new double[(int) type.elements()], type.shape(), x.getFirst(), in.getFirst().shape(), p.axis(), p.before()));
            case Gather g -> List.of(gather(x.get(0), x.get(1), in.get(0), type));
            case ScatterAdd s -> List.of(scatter(x.get(0), x.get(1), s.rows(), type));
            case StoreRows s -> List.of(stored(x, in));
            case Constant c -> {
                double[] y = new double[(int) type.elements()];
                Arrays.fill(y, c.value());
                yield List.of(y);
            }
            case Iota i -> List.of(iota(i, type.shape()));
            case RandomUniform r -> List.of(random(r, x.getFirst(), type));
            case Scan s -> scan(s, x, n.results());
            case Composite c -> throw new IllegalStateException(c.name() + " should have been expanded");
        };
    }

    private static double[] pointwise(Pointwise op, List<double[]> x, TensorType type) {
        double[] y = new double[(int) type.elements()];
        double[] args = new double[x.size()];
        for (int i = 0; i < y.length; i++) {
            for (int k = 0; k < args.length; k++) args[k] = x.get(k)[i];
            double v = op.apply(args);
            y[i] = type.dtype() == DType.I32 ? (int) (long) v : v;
        }
        return y;
    }

    private static double[] matmul(MatMul op, double[] a, double[] b, TensorType ta, TensorType tb, TensorType type) {
        int m = type.dim(-2);
        int n = type.dim(-1);
        int k = ta.dim(op.transposeA() ? -2 : -1);
        int batch = (int) (type.elements() / m / n);
        double[] c = new double[batch * m * n];
        for (int q = 0; q < batch; q++) {
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int p = 0; p < k; p++) {
                        double left = a[q * m * k + (op.transposeA() ? p * m + i : i * k + p)];
                        double right = b[q * k * n + (op.transposeB() ? j * k + p : p * n + j)];
                        sum += left * right;
                    }
                    c[(q * m + i) * n + j] = sum;
                }
            }
        }
        return c;
    }

    private static double[] reduce(Reduce op, double[] x, Shape from, TensorType type) {
        double[] y = new double[(int) type.elements()];
        Arrays.fill(y, op.kind().identity());
        List<Long> strides = new ArrayList<>(type.shape().strides());
        for (int axis : op.axes()) strides.set(axis, 0L);
        int[] target = positions(from, strides, 0);
        for (int i = 0; i < x.length; i++) y[target[i]] = op.kind().combine(y[target[i]], x[i]);
        return y;
    }

    /** For each element of a shape, in order, {@code offset + sum of index * stride}. */
    private static int[] positions(Shape shape, List<Long> strides, long offset) {
        int[] at = new int[(int) shape.elements()];
        List<Long> dense = shape.strides();
        for (int i = 0; i < at.length; i++) {
            long p = offset;
            for (int k = 0; k < shape.rank(); k++) p += i / dense.get(k) % shape.dim(k) * strides.get(k);
            at[i] = (int) p;
        }
        return at;
    }

    private static double[] strided(double[] x, Shape to, List<Long> strides, long offset) {
        int[] at = positions(to, strides, offset);
        double[] y = new double[at.length];
        for (int i = 0; i < y.length; i++) y[i] = x[at[i]];
        return y;
    }

    private static List<Long> stretched(Shape from, Shape to) {
        List<Long> strides = new ArrayList<>();
        int added = to.rank() - from.rank();
        for (int k = 0; k < to.rank(); k++) {
            strides.add(k < added || from.dim(k - added) == 1 ? 0L : from.strides().get(k - added));
        }
        return strides;
    }

    private static double[] slice(double[] x, Shape from, Shape to, int axis, int start) {
        return strided(x, to, from.strides(), start * from.strides().get(axis));
    }

    private static List<double[]> split(Split op, double[] x, Shape from, List<Value> parts) {
        List<double[]> results = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) results.add(slice(x, from, parts.get(i).type().shape(), op.axis(), op.start(i)));
        return results;
    }

    private static double[] concat(Concat op, List<double[]> x, List<TensorType> in, Shape to) {
        double[] y = new double[(int) to.elements()];
        int start = 0;
        for (int i = 0; i < x.size(); i++) {
            placed(y, to, x.get(i), in.get(i).shape(), op.axis(), start);
            start += in.get(i).dim(op.axis());
        }
        return y;
    }

    private static double[] placed(double[] y, Shape to, double[] part, Shape shape, int axis, int start) {
        int[] at = positions(shape, to.strides(), start * to.strides().get(axis));
        for (int i = 0; i < part.length; i++) y[at[i]] = part[i];
        return y;
    }

    private static double[] gather(double[] table, double[] index, TensorType tableType, TensorType type) {
        int width = (int) (tableType.elements() / tableType.dim(0));
        double[] y = new double[(int) type.elements()];
        for (int i = 0; i < index.length; i++) {
            int at = checked(index[i], tableType.dim(0));
            System.arraycopy(table, at * width, y, i * width, width);
        }
        return y;
    }

    private static double[] scatter(double[] index, double[] updates, int rows, TensorType type) {
        double[] y = new double[(int) type.elements()];
        int width = y.length / rows;
        for (int i = 0; i < index.length; i++) {
            int at = checked(index[i], rows);
            for (int j = 0; j < width; j++) y[at * width + j] += updates[i * width + j];
        }
        return y;
    }

    private static double[] stored(List<double[]> x, List<TensorType> in) {
        double[] y = x.get(0).clone();
        int rows = in.get(0).dim(1);
        int time = in.get(1).dim(1);
        int width = (int) (in.get(1).elements() / in.get(1).dim(0) / time);
        for (int i = 0; i < in.get(1).dim(0); i++) {
            int slot = checked(x.get(2)[i], in.get(0).dim(0));
            int position = checked(x.get(3)[i], rows - time + 1);
            System.arraycopy(x.get(1), i * time * width, y, (slot * rows + position) * width, time * width);
        }
        return y;
    }

    private static int checked(double index, int rows) {
        if (!(index >= 0 && index < rows)) {
            throw new IndexOutOfBoundsException("index " + (long) index + " does not lie in a table of " + rows + " rows");
        }
        return (int) index;
    }

    private static double[] iota(Iota op, Shape shape) {
        List<Long> strides = new ArrayList<>();
        for (int k = 0; k < shape.rank(); k++) strides.add(k == op.axis() ? 1L : 0L);
        return Arrays.stream(positions(shape, strides, 0)).asDoubleStream().toArray();
    }

    private static double[] random(RandomUniform op, double[] seed, TensorType type) {
        double[] y = new double[(int) type.elements()];
        for (int i = 0; i < y.length; i++) y[i] = Philox.uniform((int) seed[0], (int) seed[1], op.stream(), i);
        return y;
    }
}
