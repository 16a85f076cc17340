package dev.gatun.runtime.cpu;

import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Conv2dInputGrad;
import dev.gatun.graph.ops.Conv2dWeightGrad;
import dev.gatun.graph.ops.Convolution;
import dev.gatun.graph.ops.Fused;
import dev.gatun.graph.ops.FusedConv2d;
import dev.gatun.graph.ops.Pool2dGrad;
import dev.gatun.graph.ops.Pooling;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.types.Shape;
import dev.gatun.simd.conv.Axis;
import dev.gatun.simd.conv.ConvEpilogue;
import dev.gatun.simd.conv.ConvShape;
import dev.gatun.simd.conv.PoolShape;

/** What calls to convolutions and pooling say of sizes. */
final class SpatialShapes {
    private SpatialShapes() {}

    /** Where images, weights and results of a convolution lie, whichever of them the call computes. */
    record Places(Place x, Place w, Place y) {
        static Places of(Convolution op, Call c) {
            Place a = c.operands().get(0);
            Place b = c.operands().get(1);
            Place r = c.results().getFirst();
            return switch (op) {
                case Conv2d f -> new Places(a, b, r);
                case Conv2dInputGrad f -> new Places(r, b, a);
                case Conv2dWeightGrad f -> new Places(a, r, b);
            };
        }
    }

    /** The convolution that a call computes, whatever follows it; {@code null} for other calls. */
    static Convolution convolution(Call c) {
        return switch (c.op()) {
            case Convolution v -> v;
            case FusedConv2d f -> f.product();
            default -> null;
        };
    }

    /** What follows a convolution. */
    static ConvEpilogue epilogue(Call c, ExecutionPlan plan) {
        if (!(c.op() instanceof FusedConv2d f)) return ConvEpilogue.NONE;
        boolean adds = f.residual() != FusedConv2d.Residual.NONE;
        return new ConvEpilogue(
                f.scale() ? CpuBackend.address(c.operands().get(2), plan) : -1,
                f.bias() ? CpuBackend.address(c.operands().get(f.biasOperand()), plan) : -1,
                adds ? CpuBackend.address(c.operands().getLast(), plan) : -1,
                f.residual() == FusedConv2d.Residual.AFTER,
                f.activation() == Fused.Activation.RELU);
    }

    static ConvShape convolution(Convolution op, Call c) {
        Places p = Places.of(op, c);
        Shape x = p.x().shape();
        Shape w = p.w().shape();
        return new ConvShape(x.dim(0), axis(op, x, w, 0), axis(op, x, w, 1), x.dim(3), w.dim(3), op.groups());
    }

    private static Axis axis(Convolution op, Shape x, Shape w, int i) {
        return new Axis(x.dim(i + 1), w.dim(i), op.strides().get(i), op.padding().get(i), op.dilation().get(i));
    }

    static PoolShape pooling(Pooling op, Call c) {
        Shape x = (op instanceof Pool2dGrad ? c.results() : c.operands()).getFirst().shape();
        return new PoolShape(x.dim(0), axis(op, x, 0), axis(op, x, 1), x.dim(3), op.kind() == Pooling.Kind.AVERAGE_INSIDE);
    }

    private static Axis axis(Pooling op, Shape x, int i) {
        return new Axis(x.dim(i + 1), op.window().get(i), op.strides().get(i), op.padding().get(i), 1);
    }
}
