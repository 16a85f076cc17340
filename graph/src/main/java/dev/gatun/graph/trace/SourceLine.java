package dev.gatun.graph.trace;

import java.util.Optional;

/** Finds the user's line: the nearest frame outside the code that records on the user's behalf. */
final class SourceLine {
    /** Packages whose frames are skipped: the graph itself and the layers built on it. */
    private static final String GRAPH = "dev.gatun.graph.";
    private static final String LAYERS = "dev.gatun.models.layers.";

    private SourceLine() {}

    static String ofCaller() {
        Optional<StackWalker.StackFrame> frame =
                StackWalker.getInstance().walk(s -> s.filter(f -> isUser(f.getClassName())).findFirst());
        return frame.map(f -> f.getFileName() + ":" + f.getLineNumber()).orElse("unknown");
    }

    private static boolean isUser(String className) {
        boolean library = className.startsWith(GRAPH) || className.startsWith(LAYERS);
        boolean test = className.contains("Test"); // tests live in the packages they test
        boolean jdk = className.startsWith("java.");
        return (!library || test) && !jdk;
    }
}
