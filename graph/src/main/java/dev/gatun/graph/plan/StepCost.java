package dev.gatun.graph.plan;

import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.AttentionGrad;
import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Conv2dInputGrad;
import dev.gatun.graph.ops.Conv2dWeightGrad;
import dev.gatun.graph.ops.Convolution;
import dev.gatun.graph.ops.Fused;
import dev.gatun.graph.ops.FusedConv2d;
import dev.gatun.graph.ops.FusedMatMul;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Pooling;
import dev.gatun.graph.ops.ScatterAdd;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.schedule.Repeat;
import dev.gatun.graph.schedule.Step;
import dev.gatun.graph.schedule.Together;
import dev.gatun.graph.types.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a step has to do, counted from the plan.
 *
 * @param flops operations: a multiply-add is two, any other function of one element, exp too, is one
 * @param bytes read and written at least: each operand once, however often it is read again, without workspaces
 */
public record StepCost(double flops, double bytes) {
    /** Nothing to do. */
    public static final StepCost NONE = new StepCost(0, 0);

    /** Operations for each byte. */
    public double intensity() {
        return bytes == 0 ? 0 : flops / bytes;
    }

    /** Both together. */
    public StepCost plus(StepCost other) {
        return new StepCost(flops + other.flops, bytes + other.bytes);
    }

    /** Counts a step. */
    public static StepCost of(Step step) {
        return switch (step) {
            case Loop l -> new StepCost(flops(l), bytes(l));
            case Call c -> new StepCost(flops(c), bytes(c.operands()) + bytes(c.results()));
            case Together t -> t.loops().stream().map(StepCost::of).reduce(NONE, StepCost::plus);
            case Repeat r -> {
                StepCost once = r.body().steps().stream().map(StepCost::of).reduce(NONE, StepCost::plus);
                yield new StepCost(r.count() * once.flops, r.count() * once.bytes);
            }
        };
    }

    /** Elements of the domain, a shorter last row counted as it is. */
    private static double elements(Loop l) {
        return (double) (l.rows() - 1) * l.inner() + l.lastInner();
    }

    private static double flops(Loop l) {
        double flops = 0;
        for (int i = 0; i < l.body().size(); i++) {
            boolean works = switch (l.body().get(i)) {
                case Loop.Apply a -> true;
                case Loop.RowReduce r -> true;
                case Loop.ColumnReduce c -> true;
                default -> false;
            };
            boolean once = l.isRowValue(i) && !(l.body().get(i) instanceof Loop.RowReduce);
            if (works) flops += once ? l.rows() : elements(l);
        }
        return flops;
    }

    private static double bytes(Loop l) {
        Set<Integer> loads = new HashSet<>();
        Set<Integer> stores = new HashSet<>();
        double bytes = 0;
        for (Loop.Instr i : l.body()) {
            bytes += switch (i) {
                case Loop.Load x when loads.add(x.place()) -> touched(l, l.places().get(x.place()));
                case Loop.GatherLoad x -> elements(l) * l.places().get(x.place()).dtype().bytes();
                case Loop.Store x when stores.add(x.place()) -> touched(l, l.places().get(x.place()));
                case Loop.ColumnReduce x -> (double) l.tasks() * l.inner() * l.places().get(x.place()).dtype().bytes();
                default -> 0.0;
            };
        }
        return bytes;
    }

    /** Bytes of the different elements that a place's window holds: dimensions of stride 0 repeat. */
    private static double touched(Loop l, Place p) {
        double elements = 1;
        for (int k = 0; k < p.shape().rank(); k++) {
            if (p.strides().get(k) != 0) elements *= p.shape().dim(k);
        }
        double whole = l.domain().elements();
        return elements * (elements == whole ? elements(l) / whole : 1) * p.dtype().bytes();
    }

    private static double bytes(List<Place> places) {
        return places.stream().mapToDouble(p -> (double) p.shape().elements() * p.dtype().bytes()).sum();
    }

    private static double flops(Call c) {
        Place result = c.results().getFirst();
        return switch (c.op()) {
            case MatMul m -> product(m, c);
            case FusedMatMul f -> product(f.product(), c) + extras(f, c);
            case FusedConv2d f -> convolution(f.product(), c) + extras(f, c);
            case Convolution v -> convolution(v, c);
            case Attention a -> attention(a.causal(), c, 2);
            case AttentionGrad a -> attention(a.causal(), c, 5);
            case Pooling p -> (double) result.shape().elements() * p.window().get(0) * p.window().get(1);
            case ScatterAdd s -> c.operands().get(1).shape().elements();
            default -> 0;
        };
    }

    private static double product(MatMul m, Call c) {
        Shape a = c.operands().getFirst().shape();
        return 2.0 * c.results().getFirst().shape().elements() * a.dim(m.transposeA() ? -2 : -1);
    }

    /** One for each operand beyond the product's, and for the function. */
    private static double extras(Fused f, Call c) {
        int each = c.operands().size() - 2 + (f.activation() == Fused.Activation.NONE ? 0 : 1);
        return (double) c.results().getFirst().shape().elements() * each;
    }

    /** Each output element is a sum over a window: the same work for the convolution and both of its gradients. */
    private static double convolution(Convolution op, Call c) {
        Shape weights = switch (op) {
            case Conv2d f -> c.operands().get(1).shape();
            case Conv2dInputGrad f -> c.operands().get(1).shape();
            case Conv2dWeightGrad f -> c.results().getFirst().shape();
        };
        Shape output = switch (op) {
            case Conv2d f -> c.results().getFirst().shape();
            case Conv2dInputGrad f -> c.operands().get(0).shape();
            case Conv2dWeightGrad f -> c.operands().get(1).shape();
        };
        return 2.0 * output.elements() * weights.dim(0) * weights.dim(1) * weights.dim(2);
    }

    /** Products of queries by keys, of which causal attention needs about half. */
    private static double attention(boolean causal, Call c, int products) {
        Shape q = c.operands().get(0).shape();
        Shape k = c.operands().get(1).shape();
        double pairs = (double) q.dim(0) * q.dim(2) * q.dim(1) * (causal ? (k.dim(1) + 1) / 2.0 : k.dim(1));
        return 2.0 * products * pairs * q.dim(3);
    }
}
