package dev.gatun.runtime.cpu;

import dev.gatun.bindings.OneDnn;
import dev.gatun.bindings.OneDnnException;
import dev.gatun.bindings.OneDnnLibrary;
import dev.gatun.bindings.OneDnnMatmul;
import dev.gatun.bindings.OneDnnPostOp;
import dev.gatun.bindings.OneDnnTensor;
import dev.gatun.bindings.OneDnnType;
import dev.gatun.graph.ops.FusedMatMul;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.types.DType;
import dev.gatun.simd.Kernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lowers matrix products to oneDNN. Owns the engine.
 *
 * <p>Threads: oneDNN runs on one OpenMP thread, and the worker team calls it on blocks of the result. Measured with two
 * threads (GFLOP/s, OpenMP with a passive wait policy / team on blocks): f32 2048x384x1536 213 / 214, 2048x384x512
 * 220 / 225, bf16 432 / 447 and 423 / 449. Alternating with Java loops, the team's way costs 1 us a call on top of the
 * work; OpenMP's passive workers take 45-50 us to wake, and starve when the team spins beside them.
 *
 * <p>A product is cut into a power of two of equal blocks, by its size alone, so that the result does not depend on the
 * number of threads: along n where blocks stay wide enough, because oneDNN then packs each part of B once; else along
 * m. The products of a gpt-nano step on two threads reach 228 GFLOP/s so, of a peak of 235 (197 with uneven blocks).
 * Weights are read as they lie: packing them to oneDNN's own layout gains 0.4 ms a product of 2048x384x1536 and costs
 * 0.25 ms each time they change.
 */
final class OneDnnProducts implements AutoCloseable {
    /** Work of a product that is cut into two: about 0.1 ms on one thread. */
    private static final double BLOCK_FLOPS = 1e7;
    private static final int MOST_BLOCKS = 32;
    /** Blocks of columns are this wide at least; all blocks are a multiple of a vector. */
    private static final int WIDE = 256;
    private static final int TILE = 16;
    /** Batches longer than this are left to the simd product. */
    static final int MOST_BATCH = 256;

    private final OneDnn engine;
    private final Map<String, Boolean> accepted = new HashMap<>();

    OneDnnProducts(OneDnnLibrary.Ready library) {
        engine = OneDnn.open(library, 1);
    }

    /** Whether a call is a product that is lowered here; tried once for each shape. */
    boolean takes(Call c) {
        Place r = c.results().getFirst();
        boolean small = product(c) != null && r.shape().sub(0, r.shape().rank() - 2).elements() <= MOST_BATCH;
        return small && accepted.computeIfAbsent(ProductChoice.shape(c), shape -> isAccepted(c));
    }

    private boolean isAccepted(Call c) {
        Trial trial = Trial.of(c, 0);
        try {
            CpuBackend.close(List.of(kernel(trial.call(), trial.plan())));
            return true;
        } catch (OneDnnException e) {
            System.getLogger("dev.gatun.backend").log(System.Logger.Level.WARNING, e.getMessage() + " (" + c.source() + "); computed in Java instead");
            return false;
        }
    }

    /** The product of a call, plain or fused; {@code null} for other calls. */
    static MatMul product(Call c) {
        return switch (c.op()) {
            case MatMul m -> m;
            case FusedMatMul f -> f.product();
            default -> null;
        };
    }

    /** The operands of one matrix of a batch: tensors, and byte addresses of their first elements. */
    private record Operands(OneDnnTensor a, OneDnnTensor b, OneDnnTensor c, OneDnnTensor residual, long aAt, long bAt, long biasAt,
            long residualAt, long cAt) {}

    /**
     * The kernel of a product.
     *
     * @throws dev.gatun.bindings.OneDnnException naming operation and shapes, when the library refuses them
     */
    Kernel kernel(Call c, ExecutionPlan plan) {
        MatMul op = product(c);
        FusedMatMul fused = c.op() instanceof FusedMatMul f ? f : new FusedMatMul(op, false, FusedMatMul.Activation.NONE, false);
        Place a = c.operands().get(0);
        Place b = c.operands().get(1);
        Place r = c.results().getFirst();
        long[] at = Matrix.addresses(a, plan);
        long[] bt = Matrix.addresses(b, plan);
        long[] ct = Matrix.addresses(r, plan);
        Place residual = fused.residual() ? c.operands().getLast() : null;
        List<OneDnnProduct.Block> blocks = new ArrayList<>();
        for (int i = 0; i < at.length; i++) {
            Operands o = new Operands(tensor(a, op.transposeA()), tensor(b, op.transposeB()), tensor(r, false),
                    residual == null ? null : tensor(residual, false), at[i], bt[i],
                    fused.bias() ? CpuBackend.address(c.operands().get(2), plan) : -1,
                    residual == null ? -1 : CpuBackend.address(residual, plan), ct[i]);
            cut(o, fused, at.length, blocks);
        }
        return new OneDnnProduct(blocks, new OneDnnProduct.Motions(plan.motion(a.buffer()), plan.motion(b.buffer()), plan.motion(r.buffer())));
    }

    /** A power of two, so that blocks come out even: 4 for 0.1 GFLOP, 8 for 2.4, {@link #MOST_BLOCKS} from 41 on. */
    private static int wanted(double flops) {
        int blocks = (int) Math.clamp(2 * Math.cbrt(flops / BLOCK_FLOPS), 1, MOST_BLOCKS);
        return Integer.highestOneBit(blocks);
    }

    private void cut(Operands o, FusedMatMul op, int batch, List<OneDnnProduct.Block> blocks) {
        long m = o.c.dims().get(0);
        long n = o.c.dims().get(1);
        long k = o.a.dims().get(1);
        int wanted = batch > 1 ? 1 : wanted(2.0 * m * n * k);
        boolean alongN = n / wanted >= WIDE || n >= m;
        long size = alongN ? n : m;
        long step = Math.max(TILE, ((size + wanted - 1) / wanted + TILE - 1) / TILE * TILE);
        for (long from = 0; from < size; from += step) {
            blocks.add(block(o, op, alongN, from, Math.min(step, size - from)));
        }
    }

    /** Columns (or rows) {@code from} to {@code from + length} of the result. */
    private OneDnnProduct.Block block(Operands o, FusedMatMul op, boolean alongN, long from, long length) {
        int axis = alongN ? 1 : 0;
        OneDnnTensor a = alongN ? o.a : part(o.a, 0, length);
        OneDnnTensor b = alongN ? part(o.b, 1, length) : o.b;
        OneDnnTensor c = part(o.c, axis, length);
        OneDnnMatmul.Spec spec = OneDnnMatmul.Spec.of(a, b, c);
        if (op.bias()) spec = spec.withBias(OneDnnTensor.rowMajor(OneDnnType.F32, c.dims().get(1)));
        List<OneDnnPostOp> posts = new ArrayList<>();
        switch (op.activation()) {
            case NONE -> { }
            case RELU -> posts.add(OneDnnPostOp.relu());
            case GELU_TANH -> posts.add(OneDnnPostOp.geluTanh());
            case GELU_ERF -> posts.add(OneDnnPostOp.geluErf());
        }
        OneDnnTensor residual = op.residual() ? part(o.residual, axis, length) : null;
        if (residual != null) posts.add(OneDnnPostOp.add(residual));
        spec = spec.withPostOps(posts.toArray(OneDnnPostOp[]::new));
        return new OneDnnProduct.Block(
                engine.matmul(spec),
                alongN ? o.aAt : o.aAt + moved(o.a, 0, from),
                alongN ? o.bAt + moved(o.b, 1, from) : o.bAt,
                op.bias() && alongN ? o.biasAt + 4 * from : o.biasAt,
                residual == null ? -1 : o.residualAt + moved(o.residual, axis, from),
                residual == null ? 0 : residual.bytes(),
                o.cAt + moved(o.c, axis, from));
    }

    /** A run of rows or columns; the strides stay. */
    private static OneDnnTensor part(OneDnnTensor t, int axis, long length) {
        List<Long> dims = axis == 0 ? List.of(length, t.dims().get(1)) : List.of(t.dims().get(0), length);
        return new OneDnnTensor(t.type(), dims, t.strides());
    }

    private static long moved(OneDnnTensor t, int axis, long from) {
        return from * t.strides().get(axis) * t.type().bytes();
    }

    /** The matrix that a product reads: dims after transposition, strides where the elements lie. */
    private static OneDnnTensor tensor(Place p, boolean transposed) {
        int rank = p.shape().rank();
        OneDnnTensor t = new OneDnnTensor(
                p.dtype() == DType.BF16 ? OneDnnType.BF16 : OneDnnType.F32,
                List.of((long) p.shape().dim(-2), (long) p.shape().dim(-1)),
                List.of(Math.max(1, p.strides().get(rank - 2)), Math.max(1, p.strides().get(rank - 1))));
        return transposed ? t.transposed() : t;
    }

    @Override
    public void close() {
        engine.close();
    }
}
