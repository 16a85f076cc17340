package dev.gatun.runtime.cpu;

import dev.gatun.bindings.OneDnn;
import dev.gatun.bindings.OneDnnConvolution;
import dev.gatun.bindings.OneDnnConvolution.Pass;
import dev.gatun.bindings.OneDnnConvolution.Slot;
import dev.gatun.bindings.OneDnnException;
import dev.gatun.bindings.OneDnnLibrary;
import dev.gatun.bindings.OneDnnMath;
import dev.gatun.bindings.OneDnnPostOp;
import dev.gatun.bindings.OneDnnTensor;
import dev.gatun.bindings.OneDnnType;
import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Conv2dInputGrad;
import dev.gatun.graph.ops.Conv2dWeightGrad;
import dev.gatun.graph.ops.Convolution;
import dev.gatun.graph.ops.Fused;
import dev.gatun.graph.ops.FusedConv2d;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.simd.Kernel;
import dev.gatun.simd.conv.AddParts;
import dev.gatun.simd.conv.ConvEpilogue;
import dev.gatun.simd.conv.EpilogueKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lowers convolutions to oneDNN. Owns the engine.
 *
 * <p>As for products, oneDNN runs on one OpenMP thread and the worker team calls it on slices of the batch, each a
 * primitive of its own. Images stay channels-last, which costs nothing against the library's blocked layouts; weights
 * are brought into the layout that the library prefers, in the step's workspace. The gradient by the weights is a
 * partial sum for each slice, added in order. The cut depends on sizes alone, and so does every result.
 */
final class OneDnnConvolutions implements AutoCloseable {
    /** Operations that a slice is worth. */
    private static final double SLICE_FLOPS = 1 << 22;
    private static final int MOST_SLICES = 16;
    /** Bytes of partial weight gradients aimed at: writing and adding them up costs more than parallel work gains. */
    private static final long PARTIAL_BYTES = 20L << 20;
    private static final int FEWEST_PARTS = 2;
    /** How the library names code that is right for everything and slow. */
    private static final String PLAIN_CODE = "ref";

    private final OneDnn engine;
    /** For each convolution with something behind it, whether the library takes both together. */
    private final Map<String, Boolean> together = new ConcurrentHashMap<>();

    OneDnnConvolutions(OneDnnLibrary.Ready library) {
        engine = OneDnn.open(library, 1);
    }

    /**
     * How a call is computed.
     *
     * @param spec of one slice
     * @param slices number of slices, a divisor of the batch
     * @param plain weights as the plan has them
     */
    private record Cut(OneDnnConvolution.Spec spec, int slices, OneDnnTensor plain) {}

    private Cut cut(Convolution op, Call c) {
        SpatialShapes.Places p = SpatialShapes.Places.of(op, c);
        Shape x = p.x().shape();
        Shape y = p.y().shape();
        Shape w = p.w().shape();
        Pass pass = pass(op);
        double flops = 2.0 * y.elements() * w.dim(0) * w.dim(1) * w.dim(2);
        int most = (int) Math.clamp(flops / SLICE_FLOPS, 1, MOST_SLICES);
        if (pass == Pass.BACKWARD_WEIGHTS) {
            most = Math.min(most, (int) Math.max(FEWEST_PARTS, PARTIAL_BYTES / (w.elements() * Float.BYTES)));
        }
        int slices = divisor(x.dim(0), most);
        OneDnnTensor plain = weights(p.w(), op.groups());
        OneDnnType computed = pass == Pass.BACKWARD_WEIGHTS ? OneDnnType.F32 : plain.type();
        long[] dims = plain.dims().stream().mapToLong(Long::longValue).toArray();
        OneDnnConvolution.Spec spec = new OneDnnConvolution.Spec(pass, images(p.x(), slices), OneDnnTensor.any(computed, dims),
                Optional.empty(), images(p.y(), slices), longs(op.strides()), longs(op.dilation()), longs(op.padding()),
                longs(op.padding()), List.of(), OneDnnMath.F32);
        if (c.op() instanceof FusedConv2d f && areTogether(c, spec, followed(spec, f))) spec = followed(spec, f);
        return new Cut(spec, slices, plain);
    }

    /** A convolution with what follows it: a bias is an argument of its own unless factors come before it. */
    private static OneDnnConvolution.Spec followed(OneDnnConvolution.Spec spec, FusedConv2d f) {
        long channels = spec.result().dims().get(1);
        OneDnnTensor vector = OneDnnTensor.rowMajor(OneDnnType.F32, 1, channels, 1, 1);
        List<OneDnnPostOp> posts = new ArrayList<>();
        if (f.scale()) posts.add(OneDnnPostOp.multiply(vector));
        if (f.scale() && f.bias()) posts.add(OneDnnPostOp.add(vector));
        if (f.residual() == FusedConv2d.Residual.BEFORE) posts.add(OneDnnPostOp.add(spec.result()));
        if (f.activation() == Fused.Activation.RELU) posts.add(OneDnnPostOp.relu());
        if (f.residual() == FusedConv2d.Residual.AFTER) posts.add(OneDnnPostOp.add(spec.result()));
        OneDnnConvolution.Spec all = spec.withPostOps(posts.toArray(OneDnnPostOp[]::new));
        return f.bias() && !f.scale() ? all.withBias(OneDnnTensor.rowMajor(OneDnnType.F32, channels)) : all;
    }

    /** Whether the library computes what follows too, and not by falling back to its plain loops. */
    private boolean areTogether(Call c, OneDnnConvolution.Spec plain, OneDnnConvolution.Spec all) {
        return together.computeIfAbsent(ProductChoice.shape(c), shape -> {
            try (OneDnnConvolution one = engine.convolution(all)) {
                if (!isPlain(one)) return true;
            } catch (OneDnnException e) {
                return false;
            }
            try (OneDnnConvolution alone = engine.convolution(plain)) {
                return isPlain(alone);
            }
        });
    }

    private static boolean isPlain(OneDnnConvolution one) {
        return one.code().startsWith(PLAIN_CODE);
    }

    /** What a listing says of a call, behind the library's name. */
    String describe(Convolution op, Call c) {
        boolean apart = c.op() instanceof FusedConv2d && !isTogether(cut(op, c).spec);
        return apart ? ", what follows in Java" : "";
    }

    private static boolean isTogether(OneDnnConvolution.Spec spec) {
        return !spec.postOps().isEmpty() || spec.bias().isPresent();
    }

    private static Pass pass(Convolution op) {
        return switch (op) {
            case Conv2d f -> Pass.FORWARD;
            case Conv2dInputGrad f -> Pass.BACKWARD_DATA;
            case Conv2dWeightGrad f -> Pass.BACKWARD_WEIGHTS;
        };
    }

    /** The largest divisor of {@code n} that is at most {@code most}. */
    private static int divisor(int n, int most) {
        for (int d = Math.min(n, most); d > 1; d--) {
            if (n % d == 0) return d;
        }
        return 1;
    }

    private static List<Long> longs(List<Integer> values) {
        return values.stream().map(Integer::longValue).toList();
    }

    private static OneDnnType type(Place p) {
        return p.dtype() == DType.BF16 ? OneDnnType.BF16 : OneDnnType.F32;
    }

    /** A slice of channels-last images. */
    private static OneDnnTensor images(Place p, int slices) {
        Shape s = p.shape();
        return OneDnnTensor.channelsLast(type(p), s.dim(0) / slices, s.dim(3), s.dim(1), s.dim(2));
    }

    /** {@code [KH,KW,C/groups,O]} in the library's order (O,C,KH,KW), or (G,O/G,C/G,KH,KW). */
    private static OneDnnTensor weights(Place p, int groups) {
        Shape s = p.shape();
        long out = s.dim(3);
        long column = out * s.dim(2);
        long row = column * s.dim(1);
        if (groups == 1) {
            return new OneDnnTensor(type(p), List.of(out, (long) s.dim(2), (long) s.dim(0), (long) s.dim(1)),
                    List.of(1L, out, row, column));
        }
        return new OneDnnTensor(type(p), List.of((long) groups, out / groups, (long) s.dim(2), (long) s.dim(0), (long) s.dim(1)),
                List.of(out / groups, 1L, out, row, column));
    }

    /** What a call needs beside its operands: weights in the library's layout, or partial gradients. */
    long workspaceBytes(Convolution op, Call c) {
        Cut cut = cut(op, c);
        try (OneDnnConvolution one = engine.convolution(cut.spec)) {
            boolean reorders = one.needsReorder(Slot.WEIGHTS, cut.plain);
            if (cut.spec.pass() != Pass.BACKWARD_WEIGHTS) return reorders ? one.bytes(Slot.WEIGHTS) : 0;
            return reorders || cut.slices > 1 ? cut.slices * partBytes(one) : 0;
        }
    }

    private static long partBytes(OneDnnConvolution one) {
        return (one.bytes(Slot.WEIGHTS) + 63) / 64 * 64;
    }

    /** The kernels of a call, to be run one after another. */
    List<Kernel> kernels(Convolution op, Call c, ExecutionPlan plan) {
        Cut cut = cut(op, c);
        SpatialShapes.Places p = SpatialShapes.Places.of(op, c);
        long workspace = c.workspace() < 0 ? -1 : plan.offset(c.workspace());
        long w = CpuBackend.address(p.w(), plan);
        ConvEpilogue epilogue = SpatialShapes.epilogue(c, plan);
        boolean isUpdate = cut.spec.pass() == Pass.BACKWARD_WEIGHTS;
        List<OneDnnConvolution> primitives = new ArrayList<>();
        for (int i = 0; i < cut.slices; i++) primitives.add(engine.convolution(cut.spec));
        OneDnnConvolution one = primitives.getFirst();
        boolean reorders = one.needsReorder(Slot.WEIGHTS, cut.plain);
        List<OneDnnConvolutionKernel.Slice> slices = new ArrayList<>();
        for (int i = 0; i < cut.slices; i++) {
            long at = workspace < 0 ? w : isUpdate ? workspace + i * partBytes(one) : workspace;
            slices.add(new OneDnnConvolutionKernel.Slice(primitives.get(i),
                    CpuBackend.address(p.x(), plan) + i * cut.spec.source().bytes(), at,
                    CpuBackend.address(p.y(), plan) + i * cut.spec.result().bytes(),
                    cut.spec.bias().isPresent() ? epilogue.biasBytes() : -1, operands(cut.spec, c, epilogue, i)));
        }
        List<Kernel> kernels = new ArrayList<>();
        if (reorders && !isUpdate) kernels.add(new OneDnnReorderKernel(one.reorderInto(Slot.WEIGHTS, cut.plain), w, workspace));
        kernels.add(new OneDnnConvolutionKernel(slices));
        if (!epilogue.isNone() && !isTogether(cut.spec)) {
            Place y = p.y();
            kernels.add(new EpilogueKernel(epilogue, y.shape().dim(3), y.dtype() == DType.BF16, CpuBackend.address(y, plan), 0, y.shape().elements()));
        }
        if (isUpdate && cut.slices > 1) {
            long count = one.bytes(Slot.WEIGHTS) / Float.BYTES;
            kernels.add(new AddParts(workspace, cut.slices, partBytes(one), count, reorders ? workspace : w));
        }
        if (reorders && isUpdate) kernels.add(new OneDnnReorderKernel(one.reorderFrom(Slot.WEIGHTS, cut.plain), workspace, w));
        return kernels;
    }

    /** Where the operands of a slice's post-ops lie, in the order of {@link #followed}. */
    private static List<OneDnnConvolutionKernel.Operand> operands(OneDnnConvolution.Spec spec, Call c, ConvEpilogue epilogue, int slice) {
        if (!(c.op() instanceof FusedConv2d f) || !isTogether(spec)) return List.of();
        List<OneDnnConvolutionKernel.Operand> operands = new ArrayList<>();
        long vector = spec.result().dims().get(1) * Float.BYTES;
        long images = spec.result().bytes();
        if (f.scale()) operands.add(new OneDnnConvolutionKernel.Operand(epilogue.scaleBytes(), vector));
        if (f.scale() && f.bias()) operands.add(new OneDnnConvolutionKernel.Operand(epilogue.biasBytes(), vector));
        boolean adds = f.residual() != FusedConv2d.Residual.NONE;
        if (adds) operands.add(new OneDnnConvolutionKernel.Operand(epilogue.residualBytes() + slice * images, images));
        return operands;
    }

    @Override
    public void close() {
        engine.close();
    }
}
