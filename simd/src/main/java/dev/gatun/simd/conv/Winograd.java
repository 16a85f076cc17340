package dev.gatun.simd.conv;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.gemm.MicroKernel;
import dev.gatun.simd.gemm.MicroKernels;
import dev.gatun.simd.gemm.MicroShape;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the kernels of convolutions of f32 or bf16 by 3x3 with stride 1, by minimal filtering: a fourth of the multiplications, at
 * the price of more rounding: errors are some 1e-6 of the root mean square of the result, and 1e-4 at worst. Cuts depend
 * on sizes alone. {@link WinogradMath} has the formulas.
 */
public final class Winograd {
    private static final int FEWEST_TILES = 8;
    private static final double FEWEST_OPERATIONS = 1 << 22;
    /** Operations from which micro-kernels are compiled before the first run. */
    private static final double WARM = 1 << 25;

    private final MicroKernels microKernels;
    private boolean isWarm;

    /** @param microKernels compute the products */
    public Winograd(MicroKernels microKernels) {
        this.microKernels = microKernels;
    }

    /** Whether a convolution and its gradients can be computed this way: whole vectors of channels, padding up to 2. */
    public static boolean takes(ConvShape s) {
        int lanes = WinogradMath.F32.length();
        return s.groups() == 1 && s.in() % lanes == 0 && s.out() % lanes == 0 && takes(s.rows()) && takes(s.columns());
    }

    /** Whether it is also the faster way: with few squares, transforming the weights costs more than it saves. */
    public static boolean pays(ConvShape s) {
        return takes(s) && TileGrid.forward(s).tiles() >= FEWEST_TILES && s.operations() >= FEWEST_OPERATIONS;
    }

    private static boolean takes(Axis a) {
        return a.window() == 3 && a.stride() == 1 && a.dilation() == 1 && a.padding() <= 2;
    }

    /** Bytes of workspace that {@link #forward}, {@link #inputGradient} and {@link #weightGradient} need. */
    public long workspaceBytes(ConvShape s) {
        int parts = WinogradGradient.parts(s);
        return Math.max(WinogradWeights.bytes(s.in(), s.out()), Math.max(WinogradWeights.bytes(s.out(), s.in()),
                parts == 1 ? 0 : parts * WinogradGradient.partBytes(s)));
    }

    /**
     * Element types, all else being f32.
     *
     * @param narrow whether the operands are bf16
     * @param narrowResult whether images that are the result are
     */
    public record Elements(boolean narrow, boolean narrowResult) {
        /** All of f32. */
        public static final Elements F32 = new Elements(false, false);
    }

    /** The kernels of y = convolution of x by w and what follows; to be run one after another. Offsets are bytes. */
    public List<Kernel> forward(ConvShape s, Elements e, ConvEpilogue epilogue, long x, long w, long y, long workspace) {
        check(s);
        return List.of(new WinogradWeights(s, false, e.narrow, w, workspace),
                new WinogradImages("winograd", TileGrid.forward(s), e, epilogue, s.in(), s.out(), x, workspace, y, microKernels));
    }

    /** The kernels of x = gradient by the input, from y's gradient and w. */
    public List<Kernel> inputGradient(ConvShape s, Elements e, long y, long w, long x, long workspace) {
        check(s);
        return List.of(new WinogradWeights(s, true, e.narrow, w, workspace),
                new WinogradImages("winograd.input", TileGrid.backward(s), e, ConvEpilogue.NONE, s.out(), s.in(), y, workspace, x, microKernels));
    }

    /** The kernels of w = gradient by the weights, always f32, from x and y's gradient. */
    public List<Kernel> weightGradient(ConvShape s, Elements e, long x, long y, long w, long workspace) {
        check(s);
        int parts = WinogradGradient.parts(s);
        List<Kernel> kernels = new ArrayList<>();
        kernels.add(new WinogradGradient(s, e.narrow, x, y, parts == 1 ? w : workspace, microKernels));
        if (parts > 1) {
            long bytes = WinogradGradient.partBytes(s);
            kernels.add(new AddParts(workspace, parts, bytes, bytes / 4, w));
        }
        return kernels;
    }

    /** The micro-kernel of a shape, compiled already if the convolution is a large one. */
    static MicroKernel micro(MicroKernels kernels, double operations, MicroShape shape) {
        return operations >= WARM ? kernels.warm(shape) : kernels.get(shape);
    }

    /** Refuses what it cannot compute; before the first large convolution, has the transforms compiled. */
    private synchronized void check(ConvShape s) {
        if (!takes(s)) throw new IllegalArgumentException("minimal filtering cannot compute " + s);
        if (isWarm || s.operations() < WARM) return;
        isWarm = true;
        WinogradWarmUp.run();
    }
}
