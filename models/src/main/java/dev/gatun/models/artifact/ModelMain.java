package dev.gatun.models.artifact;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.runtime.BackendException;
import dev.gatun.runtime.JvmOptions;
import dev.gatun.runtime.Target;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * What {@code java -jar model.jar} does: says what the model computes and what it needs, runs it once on files, or times
 * it. The Vector API has to be asked for when a JVM starts, which a jar cannot do, so a second JVM computes.
 */
final class ModelMain {
    private static final String USAGE = """

            java -jar %1$s run [FUNCTION] INPUT=FILE... [RESULT=FILE...]
                runs it once. Files hold plain numbers: text in files that end in .txt or .csv, else little-endian
                binary. Results without a file are printed.
            java -jar %1$s time [FUNCTION]
                says how long it takes to load, to answer first, and later, on random numbers.

            In a program, with this file on its class path and the options %2$s:

                try (CompiledModel model = CompiledModel.load(Path.of("%1$s"), 0)) {
                    float[] answer = model.run(input);
                }
            """;

    private final Path jar;
    private final PrintStream out;

    private ModelMain(Path jar, PrintStream out) {
        this.jar = jar;
        this.out = out;
    }

    static void main(String[] args) throws InterruptedException {
        System.exit(status(args));
    }

    private static int status(String[] args) throws InterruptedException {
        try {
            Path jar = Path.of(ModelMain.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            boolean computes = args.length > 0 && (args[0].equals("run") || args[0].equals("time"));
            if (computes && ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) return again(jar, args);
            new ModelMain(jar, System.out).act(args);
            return 0;
        } catch (NoSuchFileException e) {
            System.err.println("no such file: " + e.getMessage());
        } catch (IOException | UncheckedIOException | URISyntaxException | IllegalArgumentException | BackendException e) {
            System.err.println(e.getMessage());
        }
        return 2;
    }

    /** The same in a JVM that has what it needs. */
    private static int again(Path jar, String[] args) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("gatun-model");
        try {
            List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
            command.addAll(JvmOptions.best(folder));
            command.addAll(List.of("-cp", jar.toString(), ModelMain.class.getName()));
            command.addAll(Arrays.asList(args));
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path f : files.toList()) Files.delete(f);
            }
            Files.delete(folder);
        }
    }

    private void act(String[] args) throws IOException {
        List<String> rest = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
        switch (args.length == 0 ? "" : args[0]) {
            case "run" -> ModelRun.parse(jar, rest).run(out);
            case "time" -> ModelRun.parse(jar, rest).time(out);
            case "", "-h", "--help" -> describe();
            default -> throw new IllegalArgumentException("unknown command '" + args[0] + "': give run or time, or nothing for help");
        }
        out.flush();
    }

    private void describe() throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ArtifactReader reader = new ArtifactReader(jar, zip);
            for (ExecutionPlan p : reader.plans()) {
                out.println("function " + p.name());
                for (Buffer b : p.buffers()) if (b.kind() == Buffer.Kind.DATA) out.println("  input   " + text(b.name(), b));
                p.results().forEach((name, id) -> out.println("  result  " + text(name, p.buffers().get(id))));
            }
            Target t = reader.index().target();
            out.printf("needs %s, %d-bit vectors, %s%n", t.architecture(), t.vectorBits(), t.library().isEmpty() ? "no library" : t.library());
        }
        out.printf(USAGE, jar.getFileName(), String.join(" ", JvmOptions.NEEDED));
    }

    private static String text(String name, Buffer b) {
        return String.format(Locale.ROOT, "%s: %,d of %s", name, b.elements(), b.dtype());
    }
}
