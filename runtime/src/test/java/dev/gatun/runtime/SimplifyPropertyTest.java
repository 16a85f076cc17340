package dev.gatun.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Pad;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.ops.Transpose;
import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import dev.gatun.runtime.reference.Interpreter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random expressions, made of what the rules look for, over numbers that tell rules apart that are almost right. */
class SimplifyPropertyTest {
    private static final int GRAPHS = 1500;
    private static final Shape SHAPE = Shape.of(4, 6);
    private static final double[] CONSTANTS = {0, -0.0, 1, -1, 2, 0.5, -4, 3, 0.1, Double.NaN, Double.POSITIVE_INFINITY, 1e38};
    private static final double[] NUMBERS = {
        0, -0.0, 1, -1, 3, -0.1f, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Float.MIN_VALUE, -Float.MIN_NORMAL,
        Float.MAX_VALUE, 1e30f, -1e-30f, 16777217
    };

    private final List<Tensor> floats = new ArrayList<>();
    private final List<Tensor> integers = new ArrayList<>();
    private final List<Tensor> truths = new ArrayList<>();

    private static Tensor pick(List<Tensor> from, Random r) {
        return from.get(from.size() - 1 - Math.min((int) (Math.abs(r.nextGaussian()) * 3), from.size() - 1));
    }

    private static Tensor constant(DType type, Random r) {
        double c = switch (type) {
            case I32 -> r.nextInt(4) - 1;
            case BOOL -> r.nextInt(2);
            default -> CONSTANTS[r.nextInt(CONSTANTS.length)];
        };
        return Tensor.full(type, SHAPE, c);
    }

    private Tensor number(Random r) {
        return r.nextInt(4) == 0 ? constant(DType.F32, r) : pick(floats, r);
    }

    private Tensor whole(Random r) {
        return r.nextInt(4) == 0 ? constant(DType.I32, r) : pick(integers, r);
    }

    private Tensor truth(Random r) {
        return r.nextInt(4) == 0 ? constant(DType.BOOL, r) : pick(truths, r);
    }

    private void step(Random r) {
        switch (r.nextInt(24)) {
            case 0 -> floats.add(number(r).add(number(r)));
            case 1 -> floats.add(number(r).sub(number(r)));
            case 2, 3 -> floats.add(number(r).mul(number(r)));
            case 4 -> floats.add(number(r).div(number(r)));
            case 5, 6 -> floats.add(number(r).neg());
            case 7 -> floats.add(number(r).abs());
            case 8 -> floats.add(number(r).max(number(r)));
            case 9 -> floats.add(number(r).min(number(r)));
            case 10 -> floats.add(Tensor.select(truth(r), number(r), number(r)));
            case 11 -> integers.add(whole(r).add(whole(r)));
            case 12 -> integers.add(whole(r).sub(whole(r)));
            case 13 -> integers.add(whole(r).mul(whole(r)));
            case 14 -> truths.add(number(r).less(number(r)));
            case 15 -> truths.add(whole(r).equal(whole(r)));
            case 16 -> truths.add(r.nextBoolean() ? truth(r).and(truth(r)) : truth(r).or(truth(r)));
            case 17 -> truths.add(truth(r).not());
            case 18 -> floats.add(number(r).cast(DType.BF16).cast(DType.F32));
            case 19 -> floats.add(truth(r).cast(DType.I32).cast(DType.F32));
            default -> floats.add(viewed(number(r), r));
        }
    }

    private Tensor viewed(Tensor x, Random r) {
        return switch (r.nextInt(7)) {
            case 0 -> x.reshape(2, 12).reshape(24).reshape(SHAPE);
            case 1 -> x.reshape(2, 3, 4).apply(new Transpose(List.of(1, 2, 0))).apply(new Transpose(List.of(2, 0, 1))).reshape(SHAPE);
            case 2 -> Tensor.concat(1, List.of(x, pick(floats, r))).slice(1, r.nextInt(6), 12).slice(1, 0, 6);
            case 3 -> Tensor.concat(0, x.split(0, 2).reversed());
            case 4 -> x.apply(new Pad(0, r.nextInt(2), 1)).apply(new Pad(0, 2, r.nextInt(2))).slice(0, 1, 5);
            case 5 -> x.maxLast().broadcast(SHAPE);
            default -> x.reshape(4, 6, 1).broadcast(Shape.of(4, 6, 3)).apply(new Reduce(Reduce.Kind.MAX, List.of(2))).reshape(SHAPE);
        };
    }

    private Graph random(Random r) {
        return Tracer.trace("random", t -> {
            for (List<Tensor> values : List.of(floats, integers, truths)) values.clear();
            floats.add(t.data("x", new TensorType(DType.F32, SHAPE)));
            floats.add(t.data("y", new TensorType(DType.F32, SHAPE)));
            integers.add(t.data("i", new TensorType(DType.I32, SHAPE)));
            truths.add(t.data("p", new TensorType(DType.BOOL, SHAPE)));
            for (int i = 0; i < 16; i++) step(r);
            t.output("float", floats.getLast());
            t.output("integer", integers.getLast());
            t.output("truth", truths.getLast());
        });
    }

    private static double[] numbers(Random r) {
        return r.doubles(SHAPE.elements()).map(d -> NUMBERS[(int) (d * NUMBERS.length)]).map(d -> (float) d).toArray();
    }

    @Test
    void everyBitStays() {
        Pipeline simplify = only("simplify");
        int before = 0;
        int after = 0;
        for (int seed = 0; seed < GRAPHS; seed++) {
            Random r = new Random(seed);
            Graph graph = random(r);
            Graph simpler = simplify.run(graph);
            Map<String, double[]> inputs = Map.of("x", numbers(r), "y", numbers(r),
                    "i", r.ints(SHAPE.elements()).asDoubleStream().toArray(), "p", r.ints(SHAPE.elements(), 0, 2).asDoubleStream().toArray());
            Map<String, double[]> expected = new Interpreter(graph, false).run(inputs);
            Map<String, double[]> actual = new Interpreter(simpler, false).run(inputs);
            for (String name : expected.keySet()) {
                assertThat(bits(actual.get(name))).as("seed %d, %s of%n%s%n%s", seed, name, graph, simpler).isEqualTo(bits(expected.get(name)));
            }
            before += used(graph);
            after += used(simpler);
        }
        assertThat(after).isLessThan(before * 9 / 10);
    }

    private static Pipeline only(String pass) {
        Pipeline all = Pipeline.standard(op -> false, false);
        return all.without(all.names().stream().filter(n -> !n.equals(pass)).toList());
    }

    /** Nodes that an output depends on. */
    private static int used(Graph g) {
        return only("dead-code").run(g).nodes().size();
    }

    private static long[] bits(double[] x) {
        long[] bits = new long[x.length];
        for (int i = 0; i < x.length; i++) bits[i] = Double.doubleToLongBits(x[i]);
        return bits;
    }
}
