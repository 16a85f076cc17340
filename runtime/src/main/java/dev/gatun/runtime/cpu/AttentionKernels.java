package dev.gatun.runtime.cpu;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.types.Shape;
import dev.gatun.simd.Kernel;
import dev.gatun.simd.attention.Attention;
import dev.gatun.simd.attention.AttentionShape;
import dev.gatun.simd.attention.CacheShape;
import dev.gatun.simd.attention.Layout;
import dev.gatun.simd.gemm.MicroKernels;

/** Lowers attention to kernels in pure Java. */
final class AttentionKernels {
    private final Attention kernels;

    AttentionKernels(MicroKernels products) {
        kernels = new Attention(products);
    }

    Kernel forward(boolean causal, Call c, ExecutionPlan plan) {
        return kernels.forward(
                shape(causal, c),
                layout(c.operands().get(0), plan),
                layout(c.operands().get(1), plan),
                layout(c.operands().get(2), plan),
                layout(c.results().get(0), plan),
                CpuBackend.address(c.results().get(1), plan));
    }

    Kernel backward(boolean causal, Call c, ExecutionPlan plan) {
        return kernels.backward(
                shape(causal, c),
                layout(c.operands().get(0), plan),
                layout(c.operands().get(1), plan),
                layout(c.operands().get(2), plan),
                layout(c.operands().get(3), plan),
                CpuBackend.address(c.operands().get(4), plan),
                layout(c.operands().get(5), plan),
                layout(c.results().get(0), plan),
                layout(c.results().get(1), plan),
                layout(c.results().get(2), plan));
    }

    Kernel cached(Call c, ExecutionPlan plan) {
        return kernels.cached(
                cacheShape(c),
                layout(c.operands().get(0), plan),
                layout(c.operands().get(1), plan),
                layout(c.operands().get(2), plan),
                layout(c.results().getFirst(), plan),
                CpuBackend.address(c.operands().get(3), plan),
                CpuBackend.address(c.operands().get(4), plan));
    }

    /** {@code (B,T,H,D)} and {@code (B,S,K,D)} operands of attention. */
    private static AttentionShape shape(boolean causal, Call c) {
        Shape q = c.operands().get(0).shape();
        Shape k = c.operands().get(1).shape();
        float scale = (float) (1 / Math.sqrt(q.last()));
        return new AttentionShape(q.dim(0), q.dim(2), k.dim(2), q.dim(1), k.dim(1), q.last(), causal, scale);
    }

    /** {@code (N,T,H,D)} and {@code (B,S,K,D)} operands of attention over a cache. */
    private static CacheShape cacheShape(Call c) {
        Shape q = c.operands().get(0).shape();
        Shape k = c.operands().get(1).shape();
        return new CacheShape(q.dim(0), q.dim(1), q.dim(2), k.dim(2), q.last(), k.dim(0), k.dim(1));
    }

    private static Layout layout(Place p, ExecutionPlan plan) {
        return new Layout(CpuBackend.address(p, plan), p.strides().get(0), p.strides().get(1), p.strides().get(2));
    }
}
