package dev.gatun.runtime.cpu;

import dev.gatun.graph.ops.FusedMatMul;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.types.DType;
import dev.gatun.simd.Kernel;
import dev.gatun.simd.gemm.Epilogue;
import dev.gatun.simd.gemm.Gemm;
import dev.gatun.simd.gemm.GemmShape;
import java.util.List;

/** Lowers matrix products to kernels in pure Java. */
record JavaProducts(Gemm gemm) {
    List<Kernel> kernels(ExecutionPlan plan, Call c) {
        return gemm.kernels(
                shape((MatMul) c.op(), c),
                Matrix.operand(c.operands().get(0), plan),
                Matrix.operand(c.operands().get(1), plan),
                Matrix.operand(c.results().getFirst(), plan),
                c.workspace() < 0 ? 0 : plan.offset(c.workspace()),
                false);
    }

    long workspaceBytes(Call c) {
        return gemm.workspaceBytes(shape((MatMul) c.op(), c), batch(c));
    }

    /**
     * Whether a product has few rows and can run here with what follows it. Such products are bound by memory, and a
     * measurement on operands in the cache would say nothing of them.
     */
    static boolean streams(Call c) {
        boolean f32 = c.operands().stream().allMatch(p -> p.dtype() == DType.F32);
        boolean known = !(c.op() instanceof FusedMatMul f) || f.activation() != FusedMatMul.Activation.GELU_ERF;
        boolean byRows = !(c.op() instanceof FusedMatMul r) || !r.residual() || !Matrix.of(c.operands().getLast()).byColumns();
        if (!f32 || !known || !byRows || batch(c) != 1) return false;
        GemmShape shape = shape(OneDnnProducts.product(c), c);
        return c.op() instanceof FusedMatMul ? Gemm.isStreamed(shape) : Gemm.isBoundByMemory(shape);
    }

    /** Workspace of a product that {@link #streams}. */
    long streamedBytes(FusedMatMul op, Call c) {
        return gemm.workspaceBytes(shape(op.product(), c), 1);
    }

    List<Kernel> streamed(ExecutionPlan plan, FusedMatMul op, Call c) {
        Place residual = op.residual() ? c.operands().getLast() : null;
        Epilogue epilogue = new Epilogue(
                op.bias() ? CpuBackend.address(c.operands().get(2), plan) : -1,
                switch (op.activation()) {
                    case RELU -> Epilogue.Activation.RELU;
                    case GELU_TANH -> Epilogue.Activation.GELU_TANH;
                    case NONE, GELU_ERF -> Epilogue.Activation.NONE;
                },
                residual == null ? -1 : CpuBackend.address(residual, plan),
                residual == null ? 0 : Matrix.of(residual).leading());
        return gemm.fused(shape(op.product(), c), Matrix.operand(c.operands().get(0), plan), Matrix.operand(c.operands().get(1), plan),
                Matrix.operand(c.results().getFirst(), plan), plan.offset(c.workspace()), epilogue);
    }

    /** Whether the right operand is packed by a kernel of its own, before the product. */
    static boolean packsFirst(MatMul op, Call c) {
        return Gemm.packs(shape(op, c), batch(c));
    }

    private static int batch(Call c) {
        Place result = c.results().getFirst();
        return (int) result.shape().sub(0, result.shape().rank() - 2).elements();
    }

    private static GemmShape shape(MatMul op, Call c) {
        Place a = c.operands().get(0);
        Place b = c.operands().get(1);
        Place r = c.results().getFirst();
        Matrix ma = Matrix.of(a);
        Matrix mb = Matrix.of(b);
        return new GemmShape(
                r.shape().dim(-2),
                r.shape().dim(-1),
                a.shape().dim(op.transposeA() ? -2 : -1),
                op.transposeA() != ma.byColumns(),
                op.transposeB() != mb.byColumns(),
                ma.leading(),
                mb.leading(),
                Matrix.of(r).leading());
    }
}
