package dev.gatun.simd.loop;

import dev.gatun.graph.schedule.Loop;
import dev.gatun.simd.Kernel;
import java.util.List;

/** A compiled loop. Bind it to addresses to run it. */
public final class LoopProgram {
    private final Loop structure;
    private final LoopBody body;
    private final byte[] bytes;
    private final int bytecodeSize;
    private final long scratchBytes;

    LoopProgram(Loop structure, LoopBody body, byte[] bytes, int bytecodeSize, long scratchBytes) {
        this.structure = structure;
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
        if (!LoopCompiler.structure(loop).equals(structure)) {
            throw new IllegalArgumentException("loop " + loop.label() + " is not the loop that was compiled");
        }
        if (placeBytes.length != loop.places().size()) {
            throw new IllegalArgumentException("loop " + loop.label() + " has " + loop.places().size()
                    + " places, got " + placeBytes.length + " addresses");
        }
        for (long b : placeBytes) {
            if (b < 0) throw new IllegalArgumentException("loop " + loop.label() + ": negative address " + b);
        }
        return new BoundLoop(loop.label(), loop.tasks(), scratchBytes, body, placeBytes.clone());
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
