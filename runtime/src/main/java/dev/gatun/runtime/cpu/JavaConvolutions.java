package dev.gatun.runtime.cpu;

import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Conv2dInputGrad;
import dev.gatun.graph.ops.Conv2dWeightGrad;
import dev.gatun.graph.ops.Convolution;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.types.DType;
import dev.gatun.simd.Kernel;
import dev.gatun.simd.conv.ConvEpilogue;
import dev.gatun.simd.conv.ConvShape;
import dev.gatun.simd.conv.Convolver;
import dev.gatun.simd.conv.Winograd;
import dev.gatun.simd.gemm.Gemm;
import java.util.List;

/** Lowers convolutions to kernels in Java: all of f32, and of bf16 those that are transformed to f32 anyway. */
final class JavaConvolutions {
    private final Convolver convolver;
    private final Winograd winograd;

    JavaConvolutions(Gemm gemm) {
        convolver = new Convolver(gemm);
        winograd = convolver.winograd();
    }

    private static boolean isNarrow(Call c) {
        return c.operands().getFirst().dtype() == DType.BF16;
    }

    /** Whether there is a kernel for a call. */
    boolean takes(Convolution op, Call c) {
        if (!isNarrow(c)) return true;
        boolean isWide = c.results().getFirst().dtype() == DType.F32;
        return Winograd.pays(SpatialShapes.convolution(op, c)) && (isWide || !(op instanceof Conv2dWeightGrad));
    }

    /** How a call is computed, for listings. */
    String method(Convolution op, Call c) {
        return Convolver.method(SpatialShapes.convolution(op, c));
    }

    long workspaceBytes(Convolution op, Call c) {
        return convolver.workspaceBytes(SpatialShapes.convolution(op, c));
    }

    /** The kernels of a call, to be run one after another. */
    List<Kernel> kernels(Convolution op, Call c, ExecutionPlan plan) {
        ConvShape s = SpatialShapes.convolution(op, c);
        long a = CpuBackend.address(c.operands().get(0), plan);
        long b = CpuBackend.address(c.operands().get(1), plan);
        long r = CpuBackend.address(c.results().getFirst(), plan);
        long workspace = c.workspace() < 0 ? 0 : plan.offset(c.workspace());
        Winograd.Elements narrow = new Winograd.Elements(true, c.results().getFirst().dtype() == DType.BF16);
        return switch (op) {
            case Conv2d f -> {
                ConvEpilogue epilogue = SpatialShapes.epilogue(c, plan);
                yield isNarrow(c)
                        ? winograd.forward(s, narrow, epilogue, a, b, r, workspace)
                        : convolver.forward(s, epilogue, a, b, r, workspace);
            }
            case Conv2dInputGrad f -> isNarrow(c)
                    ? winograd.inputGradient(s, narrow, a, b, r, workspace)
                    : convolver.inputGradient(s, a, b, r, workspace);
            case Conv2dWeightGrad f -> isNarrow(c)
                    ? winograd.weightGradient(s, narrow, a, b, r, workspace)
                    : convolver.weightGradient(s, a, b, r, workspace);
        };
    }
}
