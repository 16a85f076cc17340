package dev.gatun.simd.loop;

import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Motion;
import dev.gatun.simd.Kernel;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A compiled loop. Bind it to addresses to run it. */
public final class LoopProgram {
    private final Loop structure;
    private final Nest nest;
    private final LoopBody body;
    private final byte[] bytes;
    private final int bytecodeSize;
    private final long scratchBytes;
    private final AtomicBoolean warm = new AtomicBoolean();

    LoopProgram(Loop structure, Nest nest, LoopBody body, byte[] bytes, int bytecodeSize, long scratchBytes) {
        this.structure = structure;
        this.nest = nest;
        this.body = body;
        this.bytes = bytes;
        this.bytecodeSize = bytecodeSize;
        this.scratchBytes = scratchBytes;
    }

    /**
     * A kernel that runs the loop.
     *
     * @param loop a loop of the structure that was compiled; its label becomes the kernel's name
     * @param placeBytes byte address in the arena of element 0 of each place: where the buffer starts, plus the
     *     place's offset times the size of an element
     * @throws IllegalArgumentException when the loop has another structure, or addresses are missing or negative
     */
    public Kernel bind(Loop loop, long[] placeBytes) {
        Motion[] still = new Motion[placeBytes.length];
        Arrays.fill(still, Motion.STILL);
        return bind(loop, placeBytes, still);
    }

    /** As {@link #bind(Loop, long[])}, with places that move by iterations of a loop around it. */
    public Kernel bind(Loop loop, long[] placeBytes, Motion[] motions) {
        if (!new Nest(loop, new PassPlan(loop), nest.lanes()).canonical().equals(structure)) {
            throw new IllegalArgumentException("loop " + loop.label() + " is not the loop that was compiled");
        }
        return bound(loop, placeBytes, motions);
    }

    /** As {@link #bind(Loop, long[], Motion[])}, for a loop of the right structure. */
    Kernel bound(Loop loop, long[] placeBytes, Motion[] motions) {
        if (placeBytes.length != loop.places().size() || motions.length != placeBytes.length) {
            throw new IllegalArgumentException("loop " + loop.label() + " has " + loop.places().size()
                    + " places, got " + placeBytes.length + " addresses");
        }
        for (long b : placeBytes) {
            if (b < 0) throw new IllegalArgumentException("loop " + loop.label() + ": negative address " + b);
        }
        return new BoundLoop(loop, nest.isFlat(), scratchBytes, body, placeBytes.clone(), motions.clone());
    }

    /**
     * Has HotSpot compile the program now, on memory of its own, rather than slowly in the course of its first runs.
     * Returns when that is done. Once is enough.
     */
    public void warmUp() {
        if (warm.compareAndSet(false, true)) new LoopWarmUp(structure, nest, scratchBytes).run(body);
    }

    /** The class file, for {@link LoopCompiler#adopt}. */
    public byte[] classFile() {
        return bytes.clone();
    }

    /** Length of the longest method, in bytes. */
    public int bytecodeSize() {
        return bytecodeSize;
    }

    /** Bytes of scratch memory that each worker needs. */
    public long scratchBytes() {
        return scratchBytes;
    }

    /** The code, one instruction a line, for people to read. */
    public String listing() {
        List<String> lines = Listing.of(bytes);
        return String.join("\n", lines) + "\n";
    }
}
