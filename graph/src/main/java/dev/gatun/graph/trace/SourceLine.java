package dev.gatun.graph.trace;

import java.lang.StackWalker.StackFrame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Finds the line of user code that an op comes from: the nearest frame outside the code that records on the user's behalf.
 * Where layers call layers, their lines follow, from outside to inside, without that of the innermost layer, which is
 * all alike for its uses: {@code Gpt.java:74 > Block.java:14 > Attention.java:37}.
 */
final class SourceLine {
    /** Packages whose frames are skipped: the graph itself and the layers built on it. */
    private static final String GRAPH = "dev.gatun.graph.";
    private static final String LAYERS = "dev.gatun.models.layers.";
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    /** A place in code; its line is looked up once. */
    private record Place(String className, String method, String descriptor, int index) {}

    private final Map<Place, String> lines = new HashMap<>();
    private final Map<List<String>, String> joined = new HashMap<>();

    String ofCaller() {
        return WALKER.walk(this::find);
    }

    private String find(Stream<StackFrame> frames) {
        List<String> path = new ArrayList<>(); // from inside to outside
        String layer = "";
        for (Iterator<StackFrame> i = frames.iterator(); i.hasNext(); ) {
            StackFrame f = i.next();
            String name = f.getClassName();
            boolean test = name.contains("Test"); // tests live in the packages they test
            if (!test && (name.startsWith(GRAPH) || name.startsWith("java.") || name.startsWith("jdk.internal."))) continue;
            if (!test && name.startsWith(LAYERS)) {
                if (name.equals(layer)) path.removeLast(); // a layer's helpers: its outer frame stands for it
                layer = name;
                path.add(line(f));
                continue;
            }
            path.add(line(f));
            return joined.computeIfAbsent(path, SourceLine::join);
        }
        return "unknown";
    }

    private static String join(List<String> path) {
        List<String> outer = path.size() > 1 ? path.subList(1, path.size()) : path;
        return String.join(" > ", outer.reversed());
    }

    private String line(StackFrame f) {
        Place place = new Place(f.getClassName(), f.getMethodName(), f.getDescriptor(), f.getByteCodeIndex());
        return lines.computeIfAbsent(place, p -> f.getFileName() + ":" + f.getLineNumber());
    }
}
