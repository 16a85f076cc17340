package dev.gatun.models.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.data.Dataset;
import dev.gatun.models.data.Text;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.LearningRate;
import dev.gatun.models.tasks.LanguageTask;
import dev.gatun.models.text.CharTokenizer;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    private static final int CONTEXT = 12;
    private static final int STEPS = 12;

    @TempDir
    Path dir;

    private final Text text = Text.of("verse", "the quick brown fox jumps over the lazy dog. ".repeat(60));
    private final CharTokenizer tokens = text.charTokenizer();
    private final Dataset data = Dataset.of(text, tokens, CONTEXT);

    @AfterEach
    void close() {
        data.close();
        text.close();
    }

    private Trainer trainer(Compiler compiler, double rate, int layers) {
        Gpt gpt = Gpt.of(new GptConfig(tokens.vocabulary(), CONTEXT, layers, 2, 16, GptConfig.Positions.LEARNED, 0.1));
        return new Trainer(compiler, LanguageTask.of(gpt, tokens, data, "verse", 3),
                new TrainingSettings(STEPS, new LearningRate.Cosine(rate, 1e-4, 2, STEPS), new AdamW(0.9, 0.99, 1e-8, 0.1, false), 1, 11, 3, 4));
    }

    private static Map<String, List<Byte>> states(Trainer t) {
        Map<String, List<Byte>> states = new TreeMap<>();
        t.executable().states().forEach(s -> {
            byte[] bytes = t.executable().state(s.name()).toArray(ValueLayout.JAVA_BYTE);
            Byte[] boxed = new Byte[bytes.length];
            Arrays.setAll(boxed, i -> bytes[i]);
            states.put(s.name(), List.of(boxed));
        });
        return states;
    }

    /** Trains to the end and saves after every fifth step, as the command does. */
    private static void run(Trainer t, RunFolder folder, long until) throws IOException {
        try (Metrics metrics = new Metrics(folder, t.task(), t.step())) {
            t.run(p -> {
                metrics.accept(p);
                if (p.step() % 5 != 0) return;
                try {
                    metrics.force();
                    folder.save(t);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }, () -> t.step() == until);
        }
    }

    /** Without the columns that say how fast it went. */
    private static List<String> measured(RunFolder folder) throws IOException {
        return Files.readAllLines(folder.metrics()).stream().map(l -> l.substring(0, l.lastIndexOf(',', l.lastIndexOf(',') - 1))).toList();
    }

    @Test
    void aResumedRunIsTheRunThatNeverStoppedWithAnyNumberOfThreads() throws IOException {
        try (Compiler one = new Compiler(Backend.SIMD, 1); Compiler two = new Compiler(Backend.SIMD, 2)) {
            RunFolder straight = RunFolder.create(dir.resolve("straight"), false);
            Map<String, List<Byte>> expected;
            try (Trainer t = trainer(two, 3e-3, 2)) {
                run(t, straight, STEPS);
                expected = states(t);
            }
            RunFolder stopped = RunFolder.create(dir.resolve("stopped"), false);
            try (Trainer t = trainer(two, 3e-3, 2)) {
                run(t, stopped, 8); // three steps after its last checkpoint: they are done again
            }
            assertThat(measured(stopped)).hasSize(1 + 8);
            RunFolder again = RunFolder.open(stopped.path());
            try (Trainer t = trainer(one, 3e-3, 2)) {
                assertThat(again.resume(t)).isEqualTo(5);
                assertThat(t.seconds()).isPositive();
                run(t, again, STEPS);
                assertThat(states(t)).isEqualTo(expected);
            }
            assertThat(measured(stopped)).isEqualTo(measured(straight)).hasSize(1 + STEPS);
        }
    }

    @Test
    void theLatestAreKeptAndTheirWeightsAreTheRuns() throws IOException {
        try (Compiler compiler = new Compiler(Backend.REFERENCE, 1); Trainer t = trainer(compiler, 1e-3, 1)) {
            RunFolder folder = RunFolder.create(dir.resolve("run"), false);
            Files.createDirectories(dir.resolve("run/checkpoints/.step-000001.tmp"));
            Files.writeString(dir.resolve("run/checkpoints/.step-000001.tmp/weights.safetensors"), "half");
            for (int i = 0; i < 4; i++) {
                t.train();
                folder.save(t, 3);
            }
            folder.save(t, 3); // the same step again is the same checkpoint
            assertThat(folder.checkpoints()).extracting(Checkpoint::step).containsExactly(2L, 3L, 4L);
            assertThat(folder.latest()).get().extracting(c -> c.path().getFileName().toString()).isEqualTo("step-000004");
            assertThat(dir.resolve("run/checkpoints/.step-000001.tmp")).doesNotExist();
            assertThat(dir.resolve("run/weights.safetensors")).hasSameBinaryContentAs(folder.latest().orElseThrow().weights());
            String json = Files.readString(dir.resolve("run/checkpoints/step-000004/checkpoint.json"));
            assertThat(json).contains("\"step\" : 4", "\"seed\" : 11", "\"nextBatch\" : 4", "optimizer.m.tokens.weight", "configHash");
        }
    }

    @Test
    void anotherConfigurationIsRefusedByName() throws IOException {
        try (Compiler compiler = new Compiler(Backend.REFERENCE, 1); Trainer t = trainer(compiler, 1e-3, 1)) {
            RunFolder folder = RunFolder.create(dir.resolve("run"), false);
            t.train();
            folder.save(t);
            try (Trainer other = trainer(compiler, 2e-3, 1)) {
                assertThatThrownBy(() -> folder.resume(other)).isInstanceOf(CheckpointException.class)
                        .hasMessageContaining("another configuration: training.learningRate was \"Cosine[peak=0.001")
                        .hasMessageContaining("and is \"Cosine[peak=0.002");
            }
            try (Trainer other = trainer(compiler, 1e-3, 2)) {
                assertThatThrownBy(() -> folder.resume(other)).isInstanceOf(CheckpointException.class).hasMessageContaining("model.layers was 1 and is 2");
            }
            Text changed = Text.of("verse", "the quick brown fox jumps over the lazy cat. gd".repeat(60));
            try (changed; Dataset d = Dataset.of(changed, tokens, CONTEXT);
                    Trainer other = new Trainer(compiler, LanguageTask.of((Gpt) t.task().model(), tokens, d, "verse", 3), t.settings())) {
                assertThatThrownBy(() -> folder.resume(other)).isInstanceOf(CheckpointException.class).hasMessageContaining("training.dataVersion was ");
            }
        }
    }

    @Test
    void aBrokenCheckpointIsNamed() throws IOException {
        try (Compiler compiler = new Compiler(Backend.REFERENCE, 1); Trainer t = trainer(compiler, 1e-3, 1)) {
            RunFolder folder = RunFolder.create(dir.resolve("run"), false);
            t.train();
            Checkpoint c = folder.save(t);
            Path json = c.path().resolve("checkpoint.json");
            String good = Files.readString(json);
            for (String[] change : new String[][] {{"gatun-checkpoint", "zip"}, {"\"version\" : 1", "\"version\" : 2"}, {"\"step\" : 1", "\"step\" : 7"},
                {"\"configHash\" : \"", "\"configHash\" : \"0"}, {"\"seconds\" : ", "\"minutes\" : "}}) {
                Files.writeString(json, good.replace(change[0], change[1]));
                assertThatThrownBy(() -> folder.resume(t)).as(change[1]).isInstanceOf(CheckpointException.class).hasMessageContaining("checkpoint.json");
            }
            Files.writeString(json, good);
            try (RandomAccessFile f = new RandomAccessFile(c.path().resolve("optimizer.safetensors").toFile(), "rw")) {
                f.setLength(f.length() - 1);
            }
            assertThatThrownBy(() -> folder.resume(t)).isInstanceOf(CheckpointException.class).hasMessageContaining("optimizer.safetensors");
            Files.delete(c.path().resolve("optimizer.safetensors"));
            assertThatThrownBy(() -> folder.resume(t)).isInstanceOf(CheckpointException.class).hasMessageContaining("does not exist");
        }
    }

    @Test
    void metricsOfAnotherTaskAreNotContinued() throws IOException {
        try (Compiler compiler = new Compiler(Backend.REFERENCE, 1); Trainer t = trainer(compiler, 1e-3, 1)) {
            RunFolder folder = RunFolder.create(dir.resolve("run"), false);
            Files.writeString(folder.metrics(), "step,accuracy\n1,0.5\n");
            assertThatThrownBy(() -> new Metrics(folder, t.task(), 1)).isInstanceOf(CheckpointException.class).hasMessageContaining("columns");
            String head = "step,train_loss,validation_loss,learning_rate,gradient_norm,tokens_per_second,seconds\n";
            Files.writeString(folder.metrics(), head + "1,2.5,,0.1,1,10,1\n2,2.4,2.6,0.1,1,10,2\n3,2.3,,0.1,1,10,3\n4,2.");
            new Metrics(folder, t.task(), 4).close();
            assertThat(folder.metrics()).content().isEqualTo(head + "1,2.5,,0.1,1,10,1\n2,2.4,2.6,0.1,1,10,2\n3,2.3,,0.1,1,10,3\n");
            Files.writeString(folder.metrics(), head + "1,many,,0.1,1,10,1\n");
            assertThatThrownBy(() -> new Metrics(folder, t.task(), 4)).isInstanceOf(CheckpointException.class).hasMessageContaining("line after step 0");
        }
    }
}
