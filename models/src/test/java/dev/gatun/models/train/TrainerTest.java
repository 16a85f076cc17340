package dev.gatun.models.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.data.Dataset;
import dev.gatun.models.data.Text;
import dev.gatun.models.generate.Generator;
import dev.gatun.models.generate.Sampler;
import dev.gatun.models.FreshJvm;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.llama.LlamaConfig;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.LearningRate;
import dev.gatun.models.tasks.LanguageTask;
import dev.gatun.models.tasks.SavedLanguageModel;
import dev.gatun.models.text.BpeTrainer;
import dev.gatun.models.text.CharTokenizer;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.WordPattern;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.BackendException;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Precision;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
    private static final long PATIENCE = 60_000_000_000L; // ns
    private static final long LITTLE = 64 << 10; // bytes a step: what the JVM's own threads allocate meanwhile counts too
    private static final String VERSE = "the quick brown fox jumps over the lazy dog. ".repeat(60);
    private static final int CONTEXT = 12;

    @TempDir
    Path dir;

    private final Text text = Text.of("verse", VERSE);
    private final CharTokenizer tokens = text.charTokenizer();
    private final Dataset data = Dataset.of(text, tokens, CONTEXT);

    @AfterEach
    void close() {
        data.close();
        text.close();
    }

    private static TrainingSettings settings(int steps) {
        return new TrainingSettings(steps, new LearningRate.Constant(3e-3), new AdamW(0.9, 0.99, 1e-8, 0.1, false), 1, 11, 5, 4);
    }

    private Gpt model(double dropout) {
        return Gpt.of(new GptConfig(tokens.vocabulary(), CONTEXT, 2, 2, 16, GptConfig.Positions.LEARNED, dropout));
    }

    private LanguageTask task(double dropout) {
        return LanguageTask.of(model(dropout), tokens, data, "verse", 3);
    }

    private List<Float> losses(Backend backend, int threads, int steps, double dropout) {
        return losses(backend, Precision.F32, threads, steps, dropout);
    }

    private List<Float> losses(Backend backend, Precision precision, int threads, int steps, double dropout) {
        try (Compiler compiler = new Compiler(backend, precision, threads); Trainer t = new Trainer(compiler, task(dropout), settings(steps))) {
            List<Float> losses = new ArrayList<>();
            for (int i = 0; i < steps; i++) losses.add(t.train());
            losses.add((float) t.validate(2).loss());
            return losses;
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.2})
    void tenStepsOnTheCpuAgreeWithTheReference(double dropout) {
        List<Float> expected = losses(Backend.REFERENCE, 1, 10, dropout);
        List<Float> actual = losses(Backend.SIMD, 2, 10, dropout);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(Math.abs(actual.get(i) - expected.get(i)) / expected.get(i)).as("step %d", i + 1).isLessThan(1e-4f);
        }
        assertThat(expected.get(9)).isLessThan(expected.get(0));
    }

    /** oneDNN's products in f32 as exactly as ours; in bf16 within what eight bits of each factor leave. */
    @Test
    void tenStepsWithOneDnnAgreeWithTheReference() {
        assumeTrue(isOneDnnReady(), "oneDNN is missing here");
        List<Float> expected = losses(Backend.REFERENCE, 1, 10, 0);
        List<Float> f32 = losses(Backend.ONEDNN, Precision.F32, 2, 10, 0);
        List<Float> bf16 = losses(Backend.ONEDNN, Precision.BF16, 2, 10, 0);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(Math.abs(f32.get(i) - expected.get(i)) / expected.get(i)).as("step %d", i + 1).isLessThan(1e-4f);
            assertThat(Math.abs(bf16.get(i) - expected.get(i)) / expected.get(i)).as("bf16 step %d", i + 1).isLessThan(5e-3f);
        }
        assertThat(bf16).as("products really are in bf16").isNotEqualTo(f32);
        assertThat(losses(Backend.ONEDNN, Precision.F32, 1, 10, 0)).as("one thread, the same bits").isEqualTo(f32);
    }

    private static boolean isOneDnnReady() {
        try (Compiler probe = new Compiler(Backend.ONEDNN, 1)) {
            return probe.threads() == 1;
        } catch (BackendException e) {
            return false;
        }
    }

    @Test
    void theSameSeedGivesTheSameBitsWithAnyNumberOfThreads() {
        List<Float> one = losses(Backend.SIMD, 1, 12, 0);
        assertThat(losses(Backend.SIMD, 1, 12, 0)).isEqualTo(one);
        assertThat(losses(Backend.SIMD, 2, 12, 0)).isEqualTo(one);
    }

    @Test
    void stepsAllocateNextToNothingAndMemoryStaysFlat() throws Exception {
        List<String> said = FreshJvm.run(ManySteps.class, dir, "-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch");
        assertThat(Long.parseLong(said.getFirst())).as("bytes a step").isLessThan(LITTLE);
        assertThat(Long.parseLong(said.getLast())).as("KiB in 2,000 steps").isLessThan(48 << 10);
    }

    /** Prints how many bytes a step allocates on the heap, once its kernels are compiled, and by how much memory then grows. */
    static final class ManySteps {
        private ManySteps() {}

        public static void main(String[] args) throws IOException {
            try (Compiler compiler = new Compiler(Backend.SIMD, 2); Trainer t = new Trainer(compiler, new TrainerTest().task(0), settings(2000))) {
                ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
                int steps = 200;
                long allocated = Long.MAX_VALUE;
                // kernels that are not compiled yet box their vectors; in a model this small that takes many steps, and long on a
                // busy machine
                for (long end = System.nanoTime() + PATIENCE; allocated >= LITTLE && System.nanoTime() < end; ) {
                    long before = threads.getTotalThreadAllocatedBytes();
                    for (int i = 0; i < steps; i++) t.train();
                    allocated = (threads.getTotalThreadAllocatedBytes() - before) / steps;
                }
                System.out.println(allocated);
                long resident = residentKib();
                for (int i = 0; i < 2000; i++) t.train();
                System.out.println(residentKib() - resident);
            }
        }
    }

    private static long residentKib() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) return 0;
        return Files.readAllLines(status).stream().filter(l -> l.startsWith("VmRSS"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", ""))).findFirst().orElse(0);
    }

    @Test
    void aRunLearnsReportsAndStopsWhenAsked() {
        try (Compiler compiler = new Compiler(Backend.SIMD, 1); Trainer t = new Trainer(compiler, task(0), settings(40))) {
            List<Progress> seen = new ArrayList<>();
            t.run(seen::add, () -> seen.size() == 25);
            assertThat(seen).hasSize(25);
            assertThat(seen).filteredOn(Progress::validated).extracting(Progress::step).containsExactly(5L, 10L, 15L, 20L, 25L);
            t.run(seen::add, () -> false);
            assertThat(seen).hasSize(40);
            assertThat(seen.getLast().validationLoss()).isLessThan(seen.get(4).validationLoss());
            assertThat(t.validate(4).loss()).isEqualTo(seen.getLast().validationLoss());
            assertThat(seen).allSatisfy(p -> assertThat(p.gradientNorm()).isPositive());
        }
    }

    @Test
    void aSavedRunResumesBitForBitAndWritesTheSameText() throws IOException {
        try (Compiler compiler = new Compiler(Backend.SIMD, 1); Trainer first = new Trainer(compiler, task(0), settings(20))) {
            for (int i = 0; i < 6; i++) first.train();
            RunFolder folder = RunFolder.create(dir.resolve("run"), false);
            folder.save(first);
            float expected = first.train();
            String written = sample(first);
            RunFolder again = RunFolder.open(dir.resolve("run"));
            SavedLanguageModel saved = SavedLanguageModel.open(again);
            assertThat(saved.tokenizer()).isEqualTo(tokens);
            Gpt gpt = (Gpt) saved.model();
            assertThat(gpt.config()).isEqualTo(model(0).config());
            try (Trainer second = new Trainer(compiler, LanguageTask.of(gpt, tokens, data, "verse", 3), settings(20))) {
                again.resume(second);
                assertThat(second.step()).isEqualTo(6);
                assertThat(second.train()).isEqualTo(expected);
                assertThat(sample(second)).isEqualTo(written);
            }
        }
    }

    @Test
    void aRunWithATrainedVocabularyIsReadBack() throws IOException {
        SubwordTokenizer words = BpeTrainer.of(280, WordPattern.GPT2).train(List.of(VERSE));
        Dataset subwords = Dataset.of(text, words, CONTEXT);
        Gpt gpt = Gpt.of(new GptConfig(words.vocabulary(), CONTEXT, 1, 2, 8, GptConfig.Positions.ROTARY, 0));
        try (subwords; Compiler compiler = new Compiler(Backend.REFERENCE, 1); Trainer t = new Trainer(compiler, LanguageTask.of(gpt, words, subwords, "verse", 3), settings(2))) {
            t.train();
            RunFolder.create(dir.resolve("words"), false).save(t);
            assertThat(SavedLanguageModel.open(RunFolder.open(dir.resolve("words"))).tokenizer().encode(VERSE)).isEqualTo(words.encode(VERSE));
        }
    }

    private String sample(Trainer t) {
        List<Integer> out = new ArrayList<>();
        new Generator(t.executable(), model(0), 1).generate(tokens.encode("the quick brown "), 30, new Sampler(1, 5, 2), out::add, () -> false);
        return tokens.decode(out.stream().mapToInt(i -> i).toArray());
    }

    @Test
    void foreignAndBrokenRunFoldersAreRefused() throws IOException {
        assertThatThrownBy(() -> RunFolder.open(dir.resolve("absent"))).isInstanceOf(CheckpointException.class).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> RunFolder.open(dir)).isInstanceOf(CheckpointException.class).hasMessageContaining("no config.json");
        Path config = dir.resolve("config.json");
        Files.writeString(config, "{}");
        RunFolder folder = RunFolder.open(dir);
        assertThatThrownBy(() -> SavedLanguageModel.open(folder)).isInstanceOf(CheckpointException.class).hasMessageContaining("config.json: format");
        Files.writeString(config, "{\"format\":");
        assertThatThrownBy(() -> SavedLanguageModel.open(folder)).isInstanceOf(CheckpointException.class).hasMessageContaining("no valid JSON");
        Llama llama = Llama.of(LlamaConfig.of(tokens.vocabulary(), CONTEXT, 1, 2, 1, 16));
        try (Compiler compiler = new Compiler(Backend.SIMD, 1);
                Trainer t = new Trainer(compiler, LanguageTask.of(llama, tokens, data, "verse", 2), settings(1))) {
            RunFolder other = RunFolder.create(dir.resolve("llama"), false);
            other.save(t);
            assertThat(((Llama) SavedLanguageModel.open(other).model()).config()).isEqualTo(llama.config());
        }
        String model = "{\"format\":\"gatun-run\",\"version\":1,\"model\":{\"kind\":\"gpt\",\"vocabulary\":5,\"context\":4,\"layers\":1,"
                + "\"heads\":3,\"width\":8,\"positions\":\"learned\",\"dropout\":0}}";
        Files.writeString(config, model);
        assertThatThrownBy(() -> SavedLanguageModel.open(folder)).isInstanceOf(CheckpointException.class).hasMessageContaining("heads must divide width");
        Files.writeString(config, model.replace("\"heads\":3", "\"heads\":2.5"));
        assertThatThrownBy(() -> SavedLanguageModel.open(folder)).isInstanceOf(CheckpointException.class).hasMessageContaining("heads: expected a whole number");
        Files.writeString(config, model.replace("\"heads\":3", "\"heads\":2"));
        Files.writeString(dir.resolve("tokenizer.json"), "{\"kind\":\"char\",\"characters\":\"abc\"}");
        assertThatThrownBy(() -> SavedLanguageModel.open(folder)).isInstanceOf(CheckpointException.class).hasMessageContaining("expected 5 tokens, found 3");
        Files.writeString(dir.resolve("tokenizer.json"), "{\"kind\":\"char\",\"characters\":\"abcde\"}");
        assertThat(((Gpt) SavedLanguageModel.open(folder).model()).config()).isEqualTo(GptConfig.of(5, 4, 1, 2, 8));
        Files.writeString(config, model.replace("\"gpt\"", "\"perceptron\""));
        assertThatThrownBy(() -> SavedLanguageModel.open(folder)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("model.kind: expected one of gpt").hasMessageContaining("perceptron");
    }

    @Test
    void foldersWithOtherThingsAreNotTaken() throws IOException {
        Path taken = Files.createDirectory(dir.resolve("taken"));
        Files.writeString(taken.resolve("thesis.txt"), "years of work");
        assertThatThrownBy(() -> RunFolder.create(taken, true)).isInstanceOf(CheckpointException.class).hasMessageContaining("not empty");
        assertThatThrownBy(() -> RunFolder.create(taken.resolve("thesis.txt"), true)).isInstanceOf(CheckpointException.class).hasMessageContaining("is a file");
        assertThatThrownBy(() -> RunFolder.create(taken.resolve("thesis.txt/x"), true)).isInstanceOf(CheckpointException.class).hasMessageContaining("cannot be written");
        assertThat(Files.readString(taken.resolve("thesis.txt"))).isEqualTo("years of work");
    }

    @Test
    void aLossThatIsNoNumberEndsTheRun() {
        try (Compiler compiler = new Compiler(Backend.SIMD, 1); Trainer t = new Trainer(compiler, task(0), settings(9))) {
            float[] bad = t.executable().state("norm.weight").toArray(ValueLayout.JAVA_FLOAT);
            Arrays.fill(bad, Float.NaN);
            java.lang.foreign.MemorySegment.copy(bad, 0, t.executable().state("norm.weight"), ValueLayout.JAVA_FLOAT, 0, bad.length);
            assertThatThrownBy(t::train).isInstanceOf(TrainingException.class).hasMessageContaining("lower the learning rate");
        }
    }
}
