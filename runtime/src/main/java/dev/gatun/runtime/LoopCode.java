package dev.gatun.runtime;

import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Repeat;
import dev.gatun.graph.schedule.Step;
import dev.gatun.graph.schedule.Together;
import dev.gatun.simd.loop.LoopCompiler;
import dev.gatun.simd.loop.LoopProgram;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A generated class: the code of a fused loop, for vectors of one length. */
public final class LoopCode {
    private final byte[] classFile;
    private final int bytecodeSize;
    private final long scratchBytes;

    /**
     * Code as it was generated.
     *
     * @param classFile the class
     * @param bytecodeSize length of its longest method
     * @param scratchBytes memory that each worker needs
     */
    public LoopCode(byte[] classFile, int bytecodeSize, long scratchBytes) {
        this.classFile = classFile.clone();
        this.bytecodeSize = bytecodeSize;
        this.scratchBytes = scratchBytes;
    }

    /** The code of all loops in some steps, each structure once, in order. */
    static List<LoopCode> of(List<Step> steps, LoopCompiler compiler) {
        Set<LoopProgram> programs = new LinkedHashSet<>();
        loops(steps).forEach(l -> programs.add(compiler.compile(l)));
        return programs.stream().map(p -> new LoopCode(p.classFile(), p.bytecodeSize(), p.scratchBytes())).toList();
    }

    /**
     * Gives a compiler the code of the loops in some steps.
     *
     * @throws IllegalArgumentException when there is too little or too much of it, or it is broken
     */
    static void adopt(List<Step> steps, List<LoopCode> code, LoopCompiler compiler) {
        Iterator<LoopCode> next = code.iterator();
        for (Loop l : loops(steps)) {
            compiler.adopt(l, () -> {
                if (!next.hasNext()) throw new IllegalArgumentException("the code of loop " + l.label() + " (" + l.source() + ") is missing");
                LoopCode c = next.next();
                return new LoopCompiler.Adopted(c.classFile, c.bytecodeSize, c.scratchBytes);
            });
        }
    }

    private static List<Loop> loops(List<Step> steps) {
        List<Loop> found = new ArrayList<>();
        for (Step s : steps) {
            switch (s) {
                case Loop l -> found.add(l);
                case Together t -> found.addAll(t.loops());
                case Repeat r -> found.addAll(loops(r.body().steps()));
                case Call c -> { }
            }
        }
        return found;
    }

    /** The class. */
    public byte[] classFile() {
        return classFile.clone();
    }

    public int bytecodeSize() {
        return bytecodeSize;
    }

    public long scratchBytes() {
        return scratchBytes;
    }
}
