package dev.gatun.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a program of the tests in a process of its own, where nothing that other tests did counts. */
public final class FreshJvm {
    private FreshJvm() {}

    /**
     * What a program printed, but for the JVM's own warnings. Fails when it does not end with 0.
     *
     * @param dir takes the output
     * @param options for the JVM, more than those that all programs get
     */
    public static List<String> run(Class<?> program, Path dir, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-XX:+UseSerialGC", "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), program.getName()));
        Path said = dir.resolve(program.getSimpleName() + ".txt");
        Process p = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
        int code = p.waitFor();
        List<String> lines = Files.readAllLines(said);
        assertThat(code).as("%s", lines).isZero();
        return lines.stream().filter(l -> !l.startsWith("WARNING")).toList();
    }
}
