package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's program is what a reader copies: it is taken from there, compiled without warnings, and run. */
class QuickStartTest {
    private static final List<Path> CLASS_PATH = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of).filter(Files::exists).toList();
    private static final String MODELS = "dev.gatun.models";

    @TempDir
    private Path folder;

    @Test
    void theReadmesProgramLearnsOnTheClassPath() throws Exception {
        String source = program();
        assertThat(source.lines().count()).as("lines of the quick-start").isLessThanOrEqualTo(60);
        Path classes = compile(source, "-cp", joined(CLASS_PATH));
        List<Path> path = new ArrayList<>(CLASS_PATH);
        path.addFirst(classes);
        learns(List.of("--enable-native-access=ALL-UNNAMED", "-cp", joined(path), "quickstart.QuickStart"));
    }

    @Test
    void theReadmesProgramLearnsOnTheModulePath() throws Exception {
        List<Path> modules = modulePath();
        assumeTrue(!modules.isEmpty(), "the class path holds no module descriptors: these classes were not built by Maven");
        List<Path> rest = CLASS_PATH.stream().filter(p -> !modules.contains(p) && p.toString().endsWith(".jar")).toList();
        Path root = Files.createDirectories(folder.resolve("source"));
        Files.writeString(root.resolve("module-info.java"), "module quickstart { requires " + MODELS + "; opens quickstart to " + MODELS + "; }");
        Path classes = compile(program(), root.resolve("module-info.java").toString(), "--module-path", joined(modules));
        List<Path> path = new ArrayList<>(modules);
        path.addFirst(classes);
        learns(List.of("--enable-native-access=dev.gatun.bindings,dev.gatun.runtime", "--module-path", joined(path), "-cp", joined(rest),
                "--module", "quickstart/quickstart.QuickStart"));
    }

    /** The block of the README that starts with {@code package quickstart;}. */
    private static String program() throws IOException {
        Path readme = Path.of("README.md").toAbsolutePath();
        if (!Files.exists(readme)) readme = readme.getParent().resolveSibling("README.md");
        Matcher block = Pattern.compile("```java\\n(package quickstart;.*?)```", Pattern.DOTALL).matcher(Files.readString(readme));
        assertThat(block.find()).as("a quick-start in " + readme).isTrue();
        return block.group(1);
    }

    private Path compile(String source, String... options) throws IOException {
        Path file = Files.createDirectories(folder.resolve("source/quickstart")).resolve("QuickStart.java");
        Files.writeString(file, source);
        Path classes = folder.resolve("classes");
        List<String> args = new ArrayList<>(List.of(options));
        args.addAll(List.of("-Xlint:all,-path,-requires-automatic,-incubating", "-Werror", "-proc:none", "-d", classes.toString(), file.toString()));
        StringWriter messages = new StringWriter();
        int code = ToolProvider.findFirst("javac").orElseThrow()
                .run(new PrintWriter(messages), new PrintWriter(messages), args.toArray(String[]::new));
        assertThat(code).as(messages.toString()).isZero();
        return classes;
    }

    /** Locations of the modules that a program with Gatun's models needs; none when these classes have no descriptors. */
    private static List<Path> modulePath() {
        ModuleFinder finder = ModuleFinder.of(CLASS_PATH.stream().filter(QuickStartTest::isModule).toArray(Path[]::new));
        if (finder.find(MODELS).isEmpty()) return List.of();
        return ModuleLayer.boot().configuration().resolve(finder, ModuleFinder.of(), Set.of(MODELS)).modules().stream()
                .map(ResolvedModule::reference).map(ModuleReference::location).flatMap(l -> l.stream())
                .map(Path::of).toList();
    }

    private static boolean isModule(Path entry) {
        if (entry.getFileName().toString().startsWith("parquet-")) return false; // share packages: these stand on class paths only
        try {
            return !ModuleFinder.of(entry).findAll().isEmpty();
        } catch (FindException e) {
            return false; // a jar whose name is no module's name
        }
    }

    private static String joined(List<Path> paths) {
        return paths.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private void learns(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m", "--add-modules=jdk.incubator.vector"));
        command.addAll(arguments);
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        Process p = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        assertThat(p.waitFor(120, TimeUnit.SECONDS)).as("ended in time").isTrue();
        String errors = Files.readString(err);
        assertThat(p.exitValue()).as(errors).isZero();
        assertThat(errors.lines()).as("a library prints nothing").allMatch(l -> l.contains("incubator modules"));
        List<String> lines = Files.readAllLines(out);
        assertThat(lines).hasSize(4).allMatch(l -> l.startsWith("step "));
        double loss = Double.parseDouble(lines.getLast().replaceAll(".*loss ", ""));
        assertThat(loss).as("loss after 200 steps; guessing costs 2.30").isLessThan(0.3);
    }
}
