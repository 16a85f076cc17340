package dev.gatun.models.artifact;

import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.plan.PlanWriter;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The list of what an artifact holds: lines of fields separated by tabs.
 *
 * @param target what it asks of a machine
 * @param functions names, the main one first
 * @param bounds for each function, what the ids of its inputs must lie below
 * @param states by the order in which they lie in the weights
 * @param decisions for each shape of product or convolution, whether oneDNN computes it
 * @param loops length of the longest method and scratch memory of each generated class
 * @param entries size and checksum of every other entry
 */
record ArtifactIndex(
        Target target,
        List<String> functions,
        Map<String, Map<String, Integer>> bounds,
        List<Input> states,
        Map<String, Boolean> decisions,
        List<LoopSize> loops,
        Map<String, Sum> entries) {
    /** Sizes that belong to a generated class. */
    record LoopSize(int bytecode, long scratch) {}

    /** Size and CRC-32 of an entry. */
    record Sum(long size, long crc) {}

    static final String NAME = "gatun/index.tsv";
    static final String WEIGHTS = "gatun/weights.safetensors";
    private static final String FORMAT = "gatun-artifact";
    private static final int VERSION = 1;

    static String plan(int function) {
        return "gatun/plan-" + function + ".tsv";
    }

    static String loop(int number) {
        return "gatun/loops/GenLoop" + number + ".class";
    }

    String write() {
        StringBuilder out = new StringBuilder();
        line(out, FORMAT, VERSION, PlanWriter.VERSION);
        line(out, "target", target.backend(), target.architecture(), target.vectorBits(), target.library(), target.version());
        for (String f : functions) {
            line(out, "function", f);
            bounds.get(f).forEach((input, bound) -> line(out, "bound", f, bound, input));
        }
        for (Input s : states) line(out, "state", s.value().type().dtype(), dims(s.value().type().shape()), s.name());
        decisions.forEach((shape, oneDnn) -> line(out, "decision", oneDnn, shape));
        for (LoopSize l : loops) line(out, "loop", l.bytecode, l.scratch);
        entries.forEach((name, sum) -> line(out, "entry", sum.size, Long.toHexString(sum.crc), name));
        line(out, "end");
        return out.toString();
    }

    private static void line(StringBuilder out, Object... fields) {
        for (int i = 0; i < fields.length; i++) {
            String text = String.valueOf(fields[i]);
            if (text.indexOf('\t') >= 0 || text.indexOf('\n') >= 0) throw new IllegalArgumentException("'" + text + "' holds a tab or a line break");
            out.append(i == 0 ? "" : "\t").append(text);
        }
        out.append('\n');
    }

    private static String dims(Shape shape) {
        StringBuilder text = new StringBuilder();
        for (int d : shape.dims()) text.append(text.isEmpty() ? "" : ",").append(d);
        return text.toString();
    }

    /**
     * Reads an index.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    static ArtifactIndex read(String text) {
        String[] lines = text.split("\n", -1);
        String[] head = lines[0].split("\t", -1);
        if (head.length != 3 || !head[0].equals(FORMAT)) throw new IllegalArgumentException("its index does not begin with " + FORMAT);
        if (!head[1].equals(Integer.toString(VERSION)) || !head[2].equals(Integer.toString(PlanWriter.VERSION))) {
            throw new IllegalArgumentException("it is of format " + head[1] + " with plans of version " + head[2] + ", this Gatun reads format "
                    + VERSION + " with plans of version " + PlanWriter.VERSION + ": compile the model anew");
        }
        if (lines.length < 3 || !lines[lines.length - 2].equals("end") || !lines[lines.length - 1].isEmpty()) {
            throw new IllegalArgumentException("its index has no end");
        }
        Reader r = new Reader();
        for (int i = 1; i < lines.length - 2; i++) r.line(lines[i].split("\t", -1), i + 1);
        if (r.target == null) throw new IllegalArgumentException("its index names no target");
        return new ArtifactIndex(r.target, r.functions, r.bounds, r.states, r.decisions, r.loops, r.entries);
    }

    private static final class Reader {
        private Target target;
        private final List<String> functions = new ArrayList<>();
        private final Map<String, Map<String, Integer>> bounds = new LinkedHashMap<>();
        private final List<Input> states = new ArrayList<>();
        private final Map<String, Boolean> decisions = new LinkedHashMap<>();
        private final List<LoopSize> loops = new ArrayList<>();
        private final Map<String, Sum> entries = new LinkedHashMap<>();

        void line(String[] f, int number) {
            try {
                switch (f[0]) {
                    case "target" -> target = new Target(Backend.valueOf(f[1]), f[2], Integer.parseInt(f[3]), f[4], f[5]);
                    case "function" -> {
                        functions.add(f[1]);
                        bounds.put(f[1], new LinkedHashMap<>());
                    }
                    case "bound" -> bounds.get(f[1]).put(f[3], Integer.valueOf(f[2]));
                    case "state" -> states.add(new Input(f[3], new Value(states.size(), new TensorType(dtype(f[1]), shape(f[2]))), Input.Role.STATE));
                    case "decision" -> decisions.put(f[2], Boolean.valueOf(f[1]));
                    case "loop" -> loops.add(new LoopSize(Integer.parseInt(f[1]), Long.parseLong(f[2])));
                    case "entry" -> entries.put(f[3], new Sum(Long.parseLong(f[1]), Long.parseLong(f[2], 16)));
                    default -> throw new IllegalArgumentException("unknown " + f[0]);
                }
            } catch (RuntimeException e) {
                throw new IllegalArgumentException("its index is broken in line " + number + ": " + e.getMessage(), e);
            }
        }

        private static DType dtype(String text) {
            for (DType d : DType.values()) {
                if (d.toString().equals(text)) return d;
            }
            throw new IllegalArgumentException("no element type " + text);
        }

        private static Shape shape(String text) {
            List<Integer> dims = new ArrayList<>();
            for (String s : text.isEmpty() ? new String[0] : text.split(",", -1)) dims.add(Integer.valueOf(s));
            return new Shape(dims);
        }
    }
}
