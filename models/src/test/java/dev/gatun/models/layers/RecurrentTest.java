package dev.gatun.models.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.graph.types.TypeException;
import dev.gatun.models.FreshJvm;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recurrent layers against loops written by hand. */
class RecurrentTest {
    private static final long PATIENCE = 60_000_000_000L; // ns
    private static final long LITTLE = 64 << 10; // bytes a step: what the JVM's own threads allocate meanwhile counts too
    private static final int BATCH = 3;
    private static final int TIME = 5;
    private static final int IN = 7;
    private static final int WIDTH = 9;

    /** Fixed numbers between -1 and 1. */
    private static float[] numbers(int stream, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = 2 * Philox.uniform(5, 6, stream, i) - 1;
        return x;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** {@code sum over k of x[k] w[k, column]}. */
    private static double product(double[] x, float[] w, int columns, int column) {
        double sum = 0;
        for (int k = 0; k < x.length; k++) sum += x[k] * w[k * columns + column];
        return sum;
    }

    /** Weights of a cell as the executable holds them. */
    private record Weights(float[] input, float[] hidden, float[] bias, float[] hiddenBias) {
        static Weights of(Executable e, String cell, boolean gru) {
            return new Weights(state(e, cell + ".inputWeight"), state(e, cell + ".hiddenWeight"), state(e, cell + ".bias"),
                    gru ? state(e, cell + ".hiddenBias") : new float[0]);
        }
    }

    private static float[] state(Executable e, String name) {
        return e.state(name).toArray(ValueLayout.JAVA_FLOAT);
    }

    /** {@code [time][width]} of one sequence. */
    private static double[][] lstm(double[][] x, Weights w, int width, double forgetBias, boolean reverse) {
        double[][] outputs = new double[x.length][];
        double[] h = new double[width];
        double[] c = new double[width];
        for (int i = 0; i < x.length; i++) {
            int t = reverse ? x.length - 1 - i : i;
            double[] next = new double[width];
            for (int j = 0; j < width; j++) {
                double[] z = new double[4];
                for (int g = 0; g < 4; g++) {
                    int column = g * width + j;
                    z[g] = product(x[t], w.input, 4 * width, column) + product(h, w.hidden, 4 * width, column) + w.bias[column];
                }
                c[j] = sigmoid(z[1] + forgetBias) * c[j] + sigmoid(z[0]) * Math.tanh(z[2]);
                next[j] = sigmoid(z[3]) * Math.tanh(c[j]);
            }
            h = next;
            outputs[t] = next;
        }
        return outputs;
    }

    private static double[][] gru(double[][] x, Weights w, int width, boolean reverse) {
        double[][] outputs = new double[x.length][];
        double[] h = new double[width];
        for (int i = 0; i < x.length; i++) {
            int t = reverse ? x.length - 1 - i : i;
            double[] next = new double[width];
            for (int j = 0; j < width; j++) {
                double[] a = new double[3];
                double[] b = new double[3];
                for (int g = 0; g < 3; g++) {
                    a[g] = product(x[t], w.input, 3 * width, g * width + j) + w.bias[g * width + j];
                    b[g] = product(h, w.hidden, 3 * width, g * width + j);
                }
                double r = sigmoid(a[0] + b[0]);
                double z = sigmoid(a[1] + b[1]);
                double n = Math.tanh(a[2] + r * (b[2] + w.hiddenBias[j]));
                next[j] = (1 - z) * n + z * h[j];
            }
            h = next;
            outputs[t] = next;
        }
        return outputs;
    }

    private static Graph forward(Recurrent layers, ParameterTree tree) {
        return Tracer.trace("forward", t -> tree.bind(t, tensors -> {
            t.output("y", layers.apply(t.data("x", TensorType.of(DType.F32, BATCH, TIME, IN))));
            return tensors;
        }));
    }

    private static void fill(Executable e, ParameterTree tree) {
        int stream = 0;
        for (ParameterTree.Entry p : tree.entries()) {
            float[] x = numbers(++stream, (int) p.parameter().type().elements());
            e.state(p.name()).asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer().put(x);
        }
    }

    @ParameterizedTest(name = "{0}, {1} layers, bidirectional {2}")
    @CsvSource({"lstm,1,false", "lstm,2,false", "lstm,2,true", "gru,1,false", "gru,2,true"})
    void layersAgreeWithPlainLoops(String kind, int count, boolean bidirectional) {
        boolean isGru = kind.equals("gru");
        Recurrent layers = isGru
                ? Recurrent.gru(IN, WIDTH, count, bidirectional, 0.5, 0) // dropout is for training alone
                : Recurrent.of(IN, count, bidirectional, 0.5, 0, in -> LstmCell.of(in, WIDTH, 0.7));
        ParameterTree tree = ParameterTree.of(layers);
        float[] x = numbers(0, BATCH * TIME * IN);
        float[] y = new float[BATCH * TIME * layers.width()];
        for (Backend backend : List.of(Backend.SIMD, Backend.REFERENCE)) {
            try (Compiler c = new Compiler(backend, 2); Executable e = c.compile(forward(layers, tree))) {
                fill(e, tree);
                e.write("forward", "x", x);
                e.run("forward");
                e.read("forward", "y", y);
                for (int b = 0; b < BATCH; b++) {
                    double[][] want = sequence(x, b);
                    for (int l = 0; l < count; l++) want = layer(e, want, "layers." + l, isGru, bidirectional);
                    for (int t = 0; t < TIME; t++) {
                        for (int j = 0; j < layers.width(); j++) {
                            assertThat((double) y[(b * TIME + t) * layers.width() + j]).isCloseTo(want[t][j], within(1e-5));
                        }
                    }
                }
            }
        }
    }

    private static double[][] sequence(float[] x, int row) {
        double[][] s = new double[TIME][IN];
        for (int t = 0; t < TIME; t++) {
            for (int k = 0; k < IN; k++) s[t][k] = x[(row * TIME + t) * IN + k];
        }
        return s;
    }

    private static double[][] layer(Executable e, double[][] x, String name, boolean isGru, boolean bidirectional) {
        Weights w = Weights.of(e, name + ".forward", isGru);
        double[][] y = isGru ? gru(x, w, WIDTH, false) : lstm(x, w, WIDTH, 0.7, false);
        if (!bidirectional) return y;
        Weights v = Weights.of(e, name + ".backward", isGru);
        double[][] z = isGru ? gru(x, v, WIDTH, true) : lstm(x, v, WIDTH, 0.7, true);
        for (int t = 0; t < y.length; t++) {
            double[] both = Arrays.copyOf(y[t], 2 * WIDTH);
            System.arraycopy(z[t], 0, both, WIDTH, WIDTH);
            y[t] = both;
        }
        return y;
    }

    /** Training steps that pull all outputs towards 0.1. */
    private static Executable training(Compiler c, Recurrent layers, ParameterTree tree) {
        TensorType x = TensorType.of(DType.F32, 32, 17, layers.layers().getFirst().forward().in());
        Executable e = c.compile(new TrainingGraph(new AdamW(0.9, 0.999, 1e-8, 0, false), 1, true).train(tree, t -> {
            Tensor y = layers.apply(t.data("x", x));
            return y.add(-0.1).mul(y.add(-0.1)).mean();
        }));
        e.states().forEach(s -> e.state(s.name()).fill((byte) 0));
        tree.initialize(3, e::state);
        e.write(TrainingGraph.TRAIN, "x", numbers(9, (int) x.elements()));
        e.write(TrainingGraph.TRAIN, TrainingGraph.LEARNING_RATE, 1e-2f);
        e.write(TrainingGraph.TRAIN, TrainingGraph.STEP, 1);
        return e;
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBits() {
        List<List<float[]>> results = new ArrayList<>();
        List<Float> losses = new ArrayList<>();
        for (int threads = 1; threads <= 3; threads++) {
            Recurrent layers = Recurrent.lstm(33, 65, 2, true, 0.3, 0);
            ParameterTree tree = ParameterTree.of(layers);
            try (Compiler c = new Compiler(Backend.AUTO, threads); Executable e = training(c, layers, tree)) {
                e.run(TrainingGraph.TRAIN);
                float first = e.scalar(TrainingGraph.TRAIN, TrainingGraph.LOSS);
                for (int i = 0; i < 4; i++) e.run(TrainingGraph.TRAIN);
                losses.add(e.scalar(TrainingGraph.TRAIN, TrainingGraph.LOSS));
                assertThat(losses.getLast()).isLessThan(first);
                results.add(tree.entries().stream().map(p -> state(e, p.name())).toList());
            }
        }
        assertThat(losses.get(0)).isEqualTo(losses.get(1)).isEqualTo(losses.get(2));
        for (int i = 0; i < results.getFirst().size(); i++) {
            assertThat(results.get(1).get(i)).isEqualTo(results.get(0).get(i));
            assertThat(results.get(2).get(i)).isEqualTo(results.get(0).get(i));
        }
    }

    @Test
    void aStepAllocatesNothing(@TempDir Path dir) throws Exception {
        assertThat(Long.parseLong(FreshJvm.run(Allocation.class, dir).getLast())).isLessThan(LITTLE);
    }

    /** Prints how many bytes a step of a GRU allocates on the heap, once its kernels are compiled. */
    static final class Allocation {
        private Allocation() {}

        public static void main(String[] args) {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            Recurrent layers = Recurrent.gru(128, 128, 2, false, 0, 0); // so large that products are compiled in advance
            ParameterTree tree = ParameterTree.of(layers);
            try (Compiler c = new Compiler(Backend.SIMD, 2); Executable e = training(c, layers, tree)) {
                long allocated = Long.MAX_VALUE;
                // kernels that are not compiled yet box their vectors; on a busy machine HotSpot gets to them late
                for (long end = System.nanoTime() + PATIENCE; allocated >= LITTLE && System.nanoTime() < end; ) {
                    long before = threads.getTotalThreadAllocatedBytes();
                    for (int i = 0; i < 10; i++) e.run(TrainingGraph.TRAIN);
                    allocated = (threads.getTotalThreadAllocatedBytes() - before) / 10;
                }
                System.out.println(allocated);
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Recurrent layers = Recurrent.lstm(IN, WIDTH, 1, false, 0, 0);
        ParameterTree tree = ParameterTree.of(layers);
        assertThatThrownBy(() -> Tracer.trace("bad", t -> tree.bind(t, tensors -> layers.apply(t.data("x", TensorType.of(DType.F32, 3, IN))))))
                .isInstanceOf(TypeException.class).hasMessage("Recurrent: needs [batch, time, in], got f32[3,7]");
        assertThatThrownBy(() -> Tracer.trace("bad", t -> tree.bind(t, tensors -> layers.apply(t.data("x", TensorType.of(DType.F32, 3, 2, 8))))))
                .isInstanceOf(TypeException.class).hasMessageContaining("MatMul: inner dimensions differ");
        assertThatThrownBy(() -> Recurrent.lstm(IN, WIDTH, 0, false, 0, 0)).hasMessage("a recurrent network needs at least one layer");
    }
}
