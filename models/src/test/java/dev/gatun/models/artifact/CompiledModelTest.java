package dev.gatun.models.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.ir.Graph;
import dev.gatun.models.checkpoint.Safetensors;
import dev.gatun.models.ready.ReadyModel;
import dev.gatun.models.ready.ReadyModels;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.BackendException;
import dev.gatun.runtime.CompiledCode;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import dev.gatun.runtime.Target;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompiledModelTest {
    private static final int PIXELS = 28 * 28;

    @TempDir
    static Path dir;

    private static Path lenet;
    private static float[] image;
    private static float[] scores;

    @BeforeAll
    static void compile() throws IOException {
        lenet = dir.resolve("lenet.jar");
        Random random = new Random(3);
        image = new float[PIXELS];
        for (int i = 0; i < PIXELS; i++) image[i] = (float) random.nextGaussian();
        write(lenet, Backend.SIMD, UnaryOperator.identity());
        ReadyModel model = ReadyModels.standard().open("lenet5", 0);
        try (Compiler c = new Compiler(Backend.SIMD, 1); Executable e = c.compile(model.graph("logits"))) {
            model.start().write(e);
            e.write("logits", "images", image);
            e.run("logits");
            scores = new float[10];
            e.read("logits", "logits", scores);
        }
    }

    private static void write(Path file, Backend backend, UnaryOperator<CompiledCode> change) throws IOException {
        ReadyModel model = ReadyModels.standard().open("lenet5", 0);
        Graph graph = model.graph("logits");
        try (Compiler c = new Compiler(backend, 1)) {
            CompiledCode code = c.code(graph);
            try (Executable e = c.link(code)) {
                model.start().write(e);
                ArtifactWriter.write(file, change.apply(code), e, false);
            }
        }
    }

    @Test
    void aLoadedModelGivesTheBitsOfTheCompiledOne() throws IOException {
        try (CompiledModel m = CompiledModel.load(lenet, 2)) {
            assertThat(m.functions()).containsExactly("logits");
            assertThat(m.run(image)).containsExactly(scores);
            assertThat(m.run(image)).containsExactly(scores);
            assertThatThrownBy(() -> m.run(new float[3])).hasMessageContaining("images has 784 elements of f32, got 3");
        }
    }

    @Test
    void theFileHoldsClassFilesWeightsAndAManifest() throws IOException {
        Path weights = dir.resolve("weights.safetensors");
        try (ZipFile zip = new ZipFile(lenet.toFile())) {
            String manifest = new String(zip.getInputStream(zip.getEntry("META-INF/MANIFEST.MF")).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(manifest).startsWith("Manifest-Version: 1.0\r\n").contains("Gatun-Vector-Bits: ", "Gatun-Plan-Version: 2", "Gatun-Library: none");
            byte[] loop = zip.getInputStream(zip.getEntry("gatun/loops/GenLoop0.class")).readAllBytes();
            assertThat(ClassFile.of().verify(loop)).isEmpty();
            Files.write(weights, zip.getInputStream(zip.getEntry("gatun/weights.safetensors")).readAllBytes());
            assertThat(zip.stream().map(ZipEntry::getMethod)).containsOnly(ZipEntry.STORED);
        }
        try (Safetensors s = Safetensors.open(weights)) {
            assertThat(s.tensors()).extracting(t -> t.name()).contains("first.weight", "output.bias");
        }
        Path again = dir.resolve("again.jar");
        write(again, Backend.SIMD, UnaryOperator.identity());
        assertThat(Files.mismatch(lenet, again)).as("the same model gives the same file").isEqualTo(-1);
    }

    @Test
    void trainingCanBeLoadedToo() throws IOException {
        Path file = dir.resolve("train.jar");
        ReadyModel model = ReadyModels.standard().open("gpt-baby", 1);
        try (Compiler c = new Compiler(Backend.AUTO, 1)) {
            CompiledCode code = c.code(model.graph("train"), model.graph("evaluate"));
            try (Executable e = c.link(code)) {
                model.start().write(e);
                ArtifactWriter.write(file, code, e, false);
            }
        }
        try (CompiledModel m = CompiledModel.load(file, 1)) {
            assertThat(m.functions()).containsExactly("train", "evaluate");
            assertThatThrownBy(() -> m.run(image)).isInstanceOf(IllegalStateException.class).hasMessageContaining("executable()");
            Executable e = m.executable();
            int[] ids = new int[64];
            for (String f : List.of("train", "evaluate")) {
                e.write(f, "tokens", ids);
                e.write(f, "targets", ids);
            }
            assertThatThrownBy(() -> e.write("train", "tokens", new int[] {999})).hasMessageContaining("has 64 elements");
            ids[5] = 999;
            assertThatThrownBy(() -> e.write("train", "tokens", ids)).hasMessageContaining("tokens[5] is 999, must lie in 0..255");
            e.write("train", "learningRate", 1e-3f);
            e.write("train", "step", 1);
            e.run("evaluate");
            float before = e.scalar("evaluate", "loss");
            e.run("train");
            e.run("evaluate");
            assertThat(e.scalar("evaluate", "loss")).isLessThan(before);
        }
    }

    private static void refused(Path file, Class<? extends Exception> type, String message) {
        assertThatThrownBy(() -> CompiledModel.load(file, 1).close()).isInstanceOf(type).hasMessageContaining(message);
    }

    @Test
    void anotherMachineIsRefused() throws IOException {
        record Change(UnaryOperator<Target> target, String message) {}
        List<Change> changes = List.of(
                new Change(t -> new Target(t.backend(), "riscv64", t.vectorBits(), t.library(), t.version()), "needs a processor of architecture riscv64, here is "),
                new Change(t -> new Target(t.backend(), t.architecture(), 2 * t.vectorBits(), t.library(), t.version()), "needs vectors of so many bits: "),
                new Change(t -> new Target(t.backend(), t.architecture(), t.vectorBits(), "oneDNN 9.9 avx9", t.version()), "needs oneDNN 9.9 avx9, here is none"),
                new Change(t -> new Target(t.backend(), t.architecture(), t.vectorBits(), t.library(), "7.0"), "needs Gatun 7.0, here is 0.1.0"));
        for (Change change : changes) {
            Path file = dir.resolve("elsewhere.jar");
            write(file, Backend.SIMD, c -> new CompiledCode(change.target.apply(c.target()), c.plans(), c.bounds(), c.states(), c.decisions(), c.loops()));
            refused(file, BackendException.class, change.message);
        }
    }

    @Test
    void codeThatDoesNotFitItsPlansIsRefused() throws IOException {
        Path file = dir.resolve("short.jar");
        write(file, Backend.SIMD, c -> new CompiledCode(c.target(), c.plans(), c.bounds(), c.states(), c.decisions(), c.loops().subList(1, c.loops().size())));
        refused(file, ArtifactException.class, "short.jar: ");
    }

    /** An edit of the index, its checksum in the directory of the file made right again. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "gatun-artifact\\t1\\t2 | gatun-artifact\\t2\\t2 | it is of format 2 with plans of version 2, this Gatun reads format 1",
        "gatun-artifact\\t1\\t2 | gatun-artifact\\t1\\t1 | with plans of version 1",
        "gatun-artifact\\t1\\t2 | gatun-artifact\\t1\\t9 | with plans of version 9",
        "gatun-artifact | something-else | its index does not begin with gatun-artifact",
        "function\\tlogits | function\\tevals | plan 0 is of another function",
        "first.weight | third.weight | third.weight",
        "target\\tSIMD | target\\tPLUM | its index is broken in line 2",
    })
    void anIndexThatIsWrongIsRefused(String from, String to, String message) throws IOException {
        Path file = dir.resolve("index.jar");
        rewrite(lenet, file, text -> text.replaceFirst(from.replace("\\t", "\t"), to.replace("\\t", "\t")));
        refused(file, ArtifactException.class, message);
    }

    private static void rewrite(Path from, Path to, UnaryOperator<String> change) throws IOException {
        try (ZipFile zip = new ZipFile(from.toFile());
                java.util.zip.ZipOutputStream out = new java.util.zip.ZipOutputStream(Files.newOutputStream(to))) {
            for (ZipEntry e : zip.stream().toList()) {
                byte[] bytes = zip.getInputStream(e).readAllBytes();
                if (e.getName().equals("gatun/index.tsv")) {
                    String text = new String(bytes, StandardCharsets.UTF_8);
                    bytes = change.apply(text).getBytes(StandardCharsets.UTF_8);
                    assertThat(bytes).isNotEqualTo(text.getBytes(StandardCharsets.UTF_8));
                }
                out.putNextEntry(new ZipEntry(e.getName()));
                out.write(bytes);
                out.closeEntry();
            }
        }
    }

    @Test
    void damageAnywhereIsFound() throws IOException {
        byte[] bytes = Files.readAllBytes(lenet);
        Path file = dir.resolve("damaged.jar");
        Random random = new Random(5);
        for (int i = 0; i < 30; i++) {
            byte[] broken = i % 2 == 0 ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes.clone();
            if (i % 2 == 1) broken[entryByte(bytes, random)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, broken);
            assertThatThrownBy(() -> CompiledModel.load(file, 1).close()).as("damage %d", i)
                    .isInstanceOf(ArtifactException.class).hasMessageContaining("damaged.jar: ");
        }
        refused(dir.resolve("nothing.jar"), ArtifactException.class, "no such file");
        refused(Files.writeString(file, "hello"), ArtifactException.class, "no compiled model, or cut short");
    }

    /** A position inside the content of the weights, which are most of the file. */
    private static int entryByte(byte[] bytes, Random random) {
        return bytes.length / 2 + random.nextInt(bytes.length / 4);
    }
}
