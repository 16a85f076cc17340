package dev.gatun.models.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.gatun.models.ready.ReadyModel;
import dev.gatun.models.ready.ReadyModels;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.CompiledCode;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A compiled model with its runtime, as somebody uses it who has nothing but the file and a JDK. */
class RunnableModelTest {
    @TempDir
    static Path dir;

    private static Path lenet;
    private static final float[] IMAGE = new float[28 * 28];
    private static final float[] SCORES = new float[10];

    private record Said(int status, String out, String err) {}

    @BeforeAll
    static void compile() throws IOException {
        lenet = dir.resolve("lenet.jar");
        for (int i = 0; i < IMAGE.length; i++) IMAGE[i] = (i * 37 % 101) / 50f - 1;
        ReadyModel model = ReadyModels.standard().open("lenet5", 0);
        try (Compiler c = new Compiler(Backend.SIMD, 1)) {
            CompiledCode code = c.code(model.graph("logits"));
            try (Executable e = c.link(code)) {
                model.start().write(e);
                ArtifactWriter.write(lenet, code, e, true);
                e.write("logits", "images", IMAGE);
                e.run("logits");
                e.read("logits", "logits", SCORES);
            }
        }
    }

    private static Said java(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(arguments));
        Path out = dir.resolve("out.log");
        Path err = dir.resolve("err.log");
        int status = new ProcessBuilder(command).directory(dir.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile()).start().waitFor();
        String errors = Files.readAllLines(err).stream().filter(l -> !l.startsWith("WARNING: Using incubator")).collect(Collectors.joining("\n"));
        return new Said(status, Files.readString(out), errors);
    }

    private static Said jar(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("-jar", "lenet.jar"));
        all.addAll(List.of(arguments));
        return java(all.toArray(String[]::new));
    }

    @Test
    void theFileAloneSaysWhatItIs() throws Exception {
        Said said = jar();
        assertThat(said.err).isEmpty();
        assertThat(said.status).isZero();
        assertThat(said.out).contains("function logits", "input   images: 784 of f32", "result  logits: 10 of f32", "-bit vectors, no library",
                "java -jar lenet.jar run [FUNCTION] INPUT=FILE", "CompiledModel.load(Path.of(\"lenet.jar\"), 0)");
        try (JarFile file = new JarFile(lenet.toFile())) {
            assertThat(file.getManifest().getMainAttributes()).contains(entry(Attributes.Name.MAIN_CLASS, ModelMain.class.getName()));
            assertThat(file.stream().map(e -> e.getName()).filter(n -> n.endsWith("module-info.class"))).isEmpty();
        }
        assertThat(Files.size(lenet)).as("weights and runtime").isLessThan(2_500_000);
    }

    @Test
    void itAnswersFromFilesOfEitherKind() throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(4 * IMAGE.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(IMAGE);
        Files.write(dir.resolve("image.f32"), bytes.array());
        Files.writeString(dir.resolve("image.csv"), IntStream.range(0, IMAGE.length).mapToObj(i -> Float.toString(IMAGE[i])).collect(Collectors.joining(",\n")));
        String expected = "logits " + NumberFile.text(SCORES) + System.lineSeparator();
        assertThat(jar("run", "images=image.f32")).isEqualTo(new Said(0, expected, ""));
        assertThat(jar("run", "logits", "images=image.csv", "logits=scores.bin")).isEqualTo(new Said(0, "", ""));
        float[] read = new float[10];
        ByteBuffer.wrap(Files.readAllBytes(dir.resolve("scores.bin"))).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(read);
        assertThat(read).containsExactly(SCORES);
    }

    @Test
    void itTimesItself() throws Exception {
        Said said = jar("time");
        assertThat(said.err).isEmpty();
        assertThat(said.out).matches("(?s)loaded in \\d+ ms, first run of logits [\\d.]+ ms, median of \\d+ more [\\d.]+ ms\\s+");
    }

    @Test
    void whatIsWrongIsSaidInOneLine() throws Exception {
        assertThat(jar("fly")).isEqualTo(new Said(2, "", "unknown command 'fly': give run or time, or nothing for help"));
        assertThat(jar("run")).isEqualTo(new Said(2, "", "input images is missing: give images=FILE, with 784 numbers of f32"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "images=short.txt | short.txt holds 3 numbers, needed are 784",
        "images=words.txt | words.txt holds something that is no such number: For input string: \"one\"",
        "images=odd.f32 | odd.f32 has 7 bytes, no multiple of 4: it holds no such numbers",
        "pictures=short.txt | logits has no pictures: its inputs are [images], its results [logits]",
        "train | no function train; there are logits",
        "images= | 'images=' is not NAME=FILE"
    })
    void inputThatDoesNotFitIsRefused(String argument, String message) throws IOException {
        Files.writeString(dir.resolve("short.txt"), "1 2 3");
        Files.writeString(dir.resolve("words.txt"), "one two");
        Files.writeString(dir.resolve("odd.f32"), "1234567");
        assertThatThrownBy(() -> ModelRun.parse(lenet, List.of(argument.replace("=", "=" + (argument.endsWith("=") ? "" : dir + "/")))).run(System.out))
                .isInstanceOf(IllegalArgumentException.class).hasMessageEndingWith(message);
    }

    @Test
    void aProgramNeedsNothingElse() throws Exception {
        Files.write(dir.resolve("Embedded.java"), """
                import dev.gatun.models.artifact.CompiledModel;
                import java.nio.file.Path;

                void main() throws Exception {
                    float[] image = new float[784];
                    for (int i = 0; i < image.length; i++) image[i] = (i * 37 % 101) / 50f - 1;
                    try (CompiledModel model = CompiledModel.load(Path.of("lenet.jar"), 0)) {
                        IO.println(java.util.Arrays.toString(model.run(image)));
                    }
                }
                """.getBytes(StandardCharsets.UTF_8));
        Said said = java("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp", "lenet.jar", "Embedded.java");
        assertThat(said.out.strip()).as(said.err).isEqualTo(Arrays.toString(SCORES));
    }
}
