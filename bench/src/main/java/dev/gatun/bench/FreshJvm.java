package dev.gatun.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a command of {@link GatunBench} in a JVM of its own with this one's options. */
final class FreshJvm {
    private FreshJvm() {}

    /**
     * Runs and reads lines of a name, a tab and a number.
     *
     * @throws IllegalStateException when the command fails
     */
    static Map<String, Double> run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), GatunBench.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        Map<String, Double> values = new LinkedHashMap<>();
        try (BufferedReader lines = process.inputReader()) {
            lines.lines().map(l -> l.split("\t")).filter(f -> f.length == 2).forEach(f -> values.put(f[0], Double.valueOf(f[1])));
        }
        if (process.waitFor() != 0) throw new IllegalStateException("a fresh JVM failed: " + String.join(" ", command));
        return values;
    }
}
