package dev.gatun.simd.conv;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.gemm.Gemm;
import dev.gatun.simd.gemm.GemmShape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Makes the kernels of f32 convolutions as matrix products with unfolded images ("im2col"; Chellapilla, Puri and
 * Simard, 2006): weights {@code [KH,KW,C,O]} are the right operand as they lie. Images are unfolded block by block, so
 * that the workspace stays small; the block's size depends on the shape alone, and so does every result. Groups are a
 * batch of products. Kernels of 3x3 go to {@link Winograd} where that takes them.
 */
public final class Convolver {
    /** Unfolded images that the workspace holds at a time, about, in bytes. */
    private static final long BLOCK_BYTES = 16L << 20;

    private final Gemm gemm;
    private final Winograd winograd;

    /** The way that convolutions of 3x3 are computed in, also those of bf16. */
    public Winograd winograd() {
        return winograd;
    }

    /** @param gemm computes the products */
    public Convolver(Gemm gemm) {
        this.gemm = gemm;
        winograd = new Winograd(gemm.microKernels());
    }

    /** How a convolution is computed, for listings. */
    public static String method(ConvShape s) {
        if (Winograd.pays(s)) return "winograd";
        if (FewChannels.suits(s)) return "direct";
        return s.isDepthwise() ? "depthwise" : s.isPlain() ? "product" : "unfolded";
    }

    /** Bytes of workspace that {@link #forward}, {@link #inputGradient} and {@link #weightGradient} need. */
    public long workspaceBytes(ConvShape s) {
        if (s.isDepthwise()) return 0;
        if (Winograd.pays(s)) return winograd.workspaceBytes(s);
        if (FewChannels.suits(s)) return FewChannels.parts(s) == 1 ? 0 : FewChannels.parts(s) * weightBytes(s);
        return unfoldedBytes(s) + productBytes(s);
    }

    private static int block(ConvShape s) {
        long image = 4L * s.places() * s.depth() * s.groups();
        return Math.clamp(BLOCK_BYTES / image, 1, s.images());
    }

    private static long unfoldedBytes(ConvShape s) {
        return s.isPlain() ? 0 : aligned(4L * block(s) * s.places() * s.depth() * s.groups());
    }

    private static long aligned(long bytes) {
        return (bytes + 63) / 64 * 64;
    }

    private long productBytes(ConvShape s) {
        int rest = s.images() % block(s);
        long bytes = productBytes(s, block(s));
        return rest == 0 ? bytes : Math.max(bytes, productBytes(s, rest));
    }

    private long productBytes(ConvShape s, int images) {
        int rows = Math.multiplyExact(images, s.places());
        return Math.max(gemm.workspaceBytes(forwardProduct(s, rows), s.groups()),
                Math.max(gemm.workspaceBytes(inputProduct(s, rows), s.groups()), gemm.workspaceBytes(weightProduct(s, rows), s.groups())));
    }

    /** {@code (rows, KH KW C) (KH KW C, O) -> (rows, O)}, C and O being those of a group; as in the other two. */
    private static GemmShape forwardProduct(ConvShape s, int rows) {
        return new GemmShape(rows, s.out() / s.groups(), s.depth(), false, false, s.depth(), s.out(), s.out());
    }

    /** {@code (rows, O) (KH KW C, O)^T -> (rows, KH KW C)}. */
    private static GemmShape inputProduct(ConvShape s, int rows) {
        return new GemmShape(rows, s.depth(), s.out() / s.groups(), false, true, s.out(), s.out(), s.depth());
    }

    /** {@code (rows, KH KW C)^T (rows, O) -> (KH KW C, O)}. */
    private static GemmShape weightProduct(ConvShape s, int rows) {
        return new GemmShape(s.depth(), s.out() / s.groups(), rows, true, false, s.depth(), s.out(), s.out());
    }

    /** What kernels of one block of images work on. */
    private interface Block {
        /** @param at byte offset of the unfolded images, which are x itself where nothing is to unfold */
        void kernels(int rows, int images, long xAt, long at, long yAt, boolean isFirst);
    }

    private static void blocks(ConvShape s, long x, long y, long workspace, Block body) {
        int size = block(s);
        for (int from = 0; from < s.images(); from += size) {
            int images = Math.min(size, s.images() - from);
            int rows = Math.multiplyExact(images, s.places());
            long xAt = x + 4 * s.inputImage() * from;
            body.kernels(rows, images, xAt, s.isPlain() ? xAt : workspace, y + 4L * s.places() * s.out() * from, from == 0);
        }
    }

    /** The kernels of y = convolution of x by w and what follows; to be run one after another. Offsets are bytes. */
    public List<Kernel> forward(ConvShape s, ConvEpilogue epilogue, long x, long w, long y, long workspace) {
        if (s.isDepthwise()) return List.of(new Depthwise(Depthwise.Pass.FORWARD, s, epilogue, x, w, y));
        if (Winograd.pays(s)) return winograd.forward(s, Winograd.Elements.F32, epilogue, x, w, y, workspace);
        if (FewChannels.suits(s)) return List.of(new FewChannels(FewChannels.Pass.FORWARD, s, epilogue, x, w, y, gemm.microKernels()));
        List<Kernel> kernels = new ArrayList<>();
        blocks(s, x, y, workspace, (rows, images, xAt, at, yAt, isFirst) -> {
            if (!s.isPlain()) kernels.add(new Unfold(s, images, xAt, at));
            kernels.addAll(product(s, forwardProduct(s, rows), unfolded(s, rows, at), groups(s, w), groups(s, yAt), workspace, false));
            if (!epilogue.isNone()) kernels.add(new EpilogueKernel(epilogue, s.out(), false, y, (yAt - y) / 4, (long) rows * s.out()));
        });
        return kernels;
    }

    /** The kernels of x = gradient by the input, from y's gradient and w. */
    public List<Kernel> inputGradient(ConvShape s, long y, long w, long x, long workspace) {
        if (s.isDepthwise()) return List.of(new Depthwise(Depthwise.Pass.INPUT, s, ConvEpilogue.NONE, x, w, y));
        if (Winograd.pays(s)) return winograd.inputGradient(s, Winograd.Elements.F32, y, w, x, workspace);
        if (FewChannels.suits(s)) return List.of(new FewChannels(FewChannels.Pass.INPUT, s, ConvEpilogue.NONE, x, w, y, gemm.microKernels()));
        List<Kernel> kernels = new ArrayList<>();
        blocks(s, x, y, workspace, (rows, images, xAt, at, yAt, isFirst) -> {
            kernels.addAll(product(s, inputProduct(s, rows), groups(s, yAt), groups(s, w), unfolded(s, rows, at), workspace, false));
            if (!s.isPlain()) kernels.add(new Fold(s, images, at, xAt));
        });
        return kernels;
    }

    /** The kernels of w = gradient by the weights, from x and y's gradient. */
    public List<Kernel> weightGradient(ConvShape s, long x, long y, long w, long workspace) {
        if (s.isDepthwise()) return List.of(new Depthwise(Depthwise.Pass.WEIGHTS, s, ConvEpilogue.NONE, x, w, y));
        if (Winograd.pays(s)) return winograd.weightGradient(s, Winograd.Elements.F32, x, y, w, workspace);
        if (FewChannels.suits(s)) return fewWeights(s, x, y, w, workspace);
        List<Kernel> kernels = new ArrayList<>();
        blocks(s, x, y, workspace, (rows, images, xAt, at, yAt, isFirst) -> {
            if (!s.isPlain()) kernels.add(new Unfold(s, images, xAt, at));
            kernels.addAll(product(s, weightProduct(s, rows), unfolded(s, rows, at), groups(s, yAt), groups(s, w), workspace, !isFirst));
        });
        return kernels;
    }

    private static long weightBytes(ConvShape s) {
        return 4L * s.depth() * s.out();
    }

    private List<Kernel> fewWeights(ConvShape s, long x, long y, long w, long workspace) {
        int parts = FewChannels.parts(s);
        Kernel sums = new FewChannels(FewChannels.Pass.WEIGHTS, s, ConvEpilogue.NONE, x, parts == 1 ? w : workspace, y, gemm.microKernels());
        return parts == 1 ? List.of(sums) : List.of(sums, new AddParts(workspace, parts, weightBytes(s), weightBytes(s) / 4, w));
    }

    private List<Kernel> product(ConvShape s, GemmShape shape, long[] a, long[] b, long[] c, long workspace, boolean accumulate) {
        return gemm.kernels(shape, a, b, c, workspace + unfoldedBytes(s), accumulate);
    }

    /** Where each group's unfolded images lie, one group behind the other. */
    private static long[] unfolded(ConvShape s, int rows, long at) {
        return LongStream.range(0, s.groups()).map(g -> at + 4 * g * rows * s.depth()).toArray();
    }

    /** Where each group's channels of weights or results begin. */
    private static long[] groups(ConvShape s, long at) {
        return LongStream.range(0, s.groups()).map(g -> at + 4 * g * (s.out() / s.groups())).toArray();
    }
}
