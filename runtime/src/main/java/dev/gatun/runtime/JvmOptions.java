package dev.gatun.runtime;

import dev.gatun.simd.CompilerDirectives;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a JVM should be started with to run Gatun. */
public final class JvmOptions {
    /** Without these nothing runs: the Vector API is an incubator module, and native libraries are called. */
    public static final List<String> NEEDED = List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");

    private JvmOptions() {}

    /**
     * Options for a program of which Gatun is all: those needed, a garbage collector that leaves both cores alone, since
     * tensors do not live on the heap, and what tells HotSpot from its start how to compile vector loops. A JVM that was not
     * started with it is told later, which costs a quarter of a second of computing, and may compile some kernels badly
     * after many models.
     *
     * @param folder takes the file with the directives, which must stay until the JVM has started
     */
    public static List<String> best(Path folder) throws IOException {
        List<String> options = new ArrayList<>(NEEDED);
        options.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData"));
        options.addAll(CompilerDirectives.options(folder));
        return List.copyOf(options);
    }
}
