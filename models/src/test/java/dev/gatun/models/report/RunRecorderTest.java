package dev.gatun.models.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.data.Dataset;
import dev.gatun.models.data.Text;
import dev.gatun.models.events.EventFile;
import dev.gatun.models.events.EventReader;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.LearningRate;
import dev.gatun.models.tasks.LanguageTask;
import dev.gatun.models.text.CharTokenizer;
import dev.gatun.models.train.Ending;
import dev.gatun.models.train.Note;
import dev.gatun.models.train.Progress;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.RunHistory;
import dev.gatun.models.train.Trainer;
import dev.gatun.models.train.TrainingListener;
import dev.gatun.models.train.TrainingSettings;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.EnergyMeter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunRecorderTest {
    private static final int CONTEXT = 12;
    private static final int ROWS = 3;
    private static final int STEPS = 8;
    private static final int EVERY = 2;
    private static final int SAVED = 4;
    private static final int KILLED = 7;

    @TempDir
    Path dir;

    private final Text text = Text.of("verse", "the quick brown fox jumps over the lazy dog. ".repeat(60));
    private final CharTokenizer tokens = text.charTokenizer();
    private final Dataset data = Dataset.of(text, tokens, CONTEXT);
    private Compiler compiler;
    private RunFolder folder;
    private Path counters;

    @BeforeEach
    void open() throws IOException {
        compiler = new Compiler(Backend.REFERENCE, 1);
        folder = RunFolder.create(dir.resolve("run"), false);
        counters = Files.createDirectories(dir.resolve("powercap/intel-rapl:0")).getParent();
        Files.writeString(counter("name"), "package-0\n");
        Files.writeString(counter("max_energy_range_uj"), "262143328850\n");
        energy(5);
    }

    private Path counter(String name) {
        return counters.resolve("intel-rapl:0").resolve(name);
    }

    private void energy(long joules) throws IOException {
        Files.writeString(counter("energy_uj"), joules * 1_000_000 + "\n");
    }

    @AfterEach
    void close() {
        compiler.close();
        data.close();
        text.close();
    }

    private Trainer trainer() {
        Gpt gpt = Gpt.of(new GptConfig(tokens.vocabulary(), CONTEXT, 1, 2, 16, GptConfig.Positions.LEARNED, 0.1));
        return new Trainer(compiler, LanguageTask.of(gpt, tokens, data, "verse", ROWS),
                new TrainingSettings(STEPS, new LearningRate.Constant(1e-3), new AdamW(0.9, 0.99, 1e-8, 0.1, false), 1, 11, EVERY, 2));
    }

    /** Trains, taking three joules a step; saves once on the way; ends as if killed, or at the last step. */
    private void train(Trainer t, long until) throws IOException {
        energy(5);
        try (RunRecorder r = new RunRecorder(folder, t, EnergyMeter.open(counters), true)) {
            long first = t.step();
            Ending why = t.run(new TrainingListener() {
                @Override
                public void stepped(Progress p) {
                    try {
                        energy(5 + 3 * (p.step() - first));
                        r.stepped(p);
                        if (p.step() == SAVED) {
                            r.force();
                            folder.save(t);
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }

                @Override
                public void started(Trainer started) {
                    r.started(started);
                }

                @Override
                public void ended(Trainer ended, Ending ending) {
                    if (ending == Ending.FINISHED) r.ended(ended, ending);
                }

                @Override
                public boolean stops() {
                    return t.step() == until;
                }
            });
            assertThat(why).isEqualTo(until < STEPS ? Ending.STOPPED : Ending.FINISHED);
            assertThat(r.joulesPerUnit()).isPositive();
        }
    }

    private byte[] weights(Trainer t) throws IOException {
        return Files.readAllBytes(folder.save(t).weights());
    }

    private List<Long> eventSteps(String tag) throws IOException {
        List<Long> steps = new ArrayList<>();
        for (Path f : EventFile.files(folder.path())) {
            for (DynamicMessage e : EventReader.read(f)) {
                if (EventReader.values(e).stream().anyMatch(v -> EventReader.get(v, "tag").equals(tag))) steps.add((Long) EventReader.get(e, "step"));
            }
        }
        return steps;
    }

    @Test
    void aRunThatWasKilledGoesOnInAllFilesWithoutRepeatingAStep() throws IOException {
        compiler.close();
        compiler = new Compiler(Backend.SIMD, 1);
        try (Trainer t = trainer()) {
            folder.begin(t, List.of("--steps=8"));
            train(t, KILLED);
        }
        Files.writeString(folder.journal(), "{\"note\":\"sam", StandardOpenOption.APPEND); // cut off
        Path first = EventFile.files(folder.path()).getFirst();
        Files.write(first, new byte[] {42, 0, 0}, StandardOpenOption.APPEND);
        assertThat(RunHistory.read(folder).step()).isEqualTo(KILLED);
        byte[] resumed;
        try (Trainer t = trainer()) {
            assertThat(folder.resume(t)).isEqualTo(SAVED);
            train(t, STEPS);
            resumed = weights(t);
        }
        List<Long> all = LongStream.rangeClosed(1, STEPS).boxed().toList();
        List<Long> validated = LongStream.rangeClosed(1, STEPS / EVERY).map(i -> EVERY * i).boxed().toList();
        assertThat(EventFile.files(folder.path())).hasSize(2);
        assertThat(eventSteps("loss/train")).isEqualTo(all);
        assertThat(eventSteps("gradient_norm")).isEqualTo(all);
        assertThat(eventSteps("learning_rate")).isEqualTo(all);
        assertThat(eventSteps("tokens_per_second")).isEqualTo(all);
        assertThat(eventSteps("loss/validation")).isEqualTo(validated);
        assertThat(eventSteps("joules_per_token")).isEqualTo(validated);
        assertThat(eventSteps("configuration")).containsExactly(0L);
        assertThat(eventSteps("sample")).isSorted().contains((long) STEPS);

        RunHistory h = RunHistory.read(folder);
        assertThat(h.step()).isEqualTo(STEPS);
        assertThat(h.curve("train_loss").size()).isEqualTo(STEPS);
        assertThat(h.curve("validation_loss").size()).isEqualTo(STEPS / EVERY);
        assertThat(h.notes(Note.Start.class)).extracting(Note::step).containsExactly(0L, (long) SAVED);
        assertThat(h.notes(Note.Start.class).getFirst().machine()).containsKeys("processor", "java", "backend");
        assertThat(h.notes(Note.End.class)).extracting(Note.End::ending).containsExactly(Ending.FINISHED);
        assertThat(h.notes(Note.Sample.class)).extracting(Note::step).isSorted().doesNotHaveDuplicates().contains((long) STEPS);
        assertThat(h.notes(Note.Sample.class).getLast().text()).hasSizeGreaterThan(20);
        assertThat(h.energy().joules()).as("of the steps that count").isCloseTo(3.0 * STEPS, within(1e-6));
        assertThat(h.energy().units()).isEqualTo((long) STEPS * ROWS * CONTEXT);
        assertThat(folder.report()).content().contains("nats per token", "83.3 mJ per token", "24 J in all");

        folder = RunFolder.create(dir.resolve("plain"), false);
        try (Trainer t = trainer()) {
            t.run(p -> {}, () -> false);
            assertThat(weights(t)).as("what is recorded changes no bit of the training").isEqualTo(resumed);
        }
    }

    @Test
    void samplesAreTheSameInEventsAndJournal() throws IOException {
        try (Trainer t = trainer()) {
            folder.begin(t, List.of());
            train(t, STEPS);
        }
        String sample = RunHistory.read(folder).notes(Note.Sample.class).getLast().text();
        List<DynamicMessage> events = EventReader.read(EventFile.files(folder.path()).getFirst());
        String shown = events.stream().flatMap(e -> EventReader.values(e).stream()).filter(v -> EventReader.get(v, "tag").equals("sample"))
                .map(v -> ((ByteString) ((List<?>) EventReader.get(v, "tensor.string_val")).getFirst()).toStringUtf8()).reduce((a, b) -> b).orElseThrow();
        assertThat(shown).isEqualTo(sample.indent(4));
    }

    @Test
    void aNewRunInTheSameFolderForgetsTheEarlierOne() throws IOException {
        for (int i = 0; i < 2; i++) {
            try (Trainer t = trainer()) {
                folder.begin(t, List.of());
                train(t, i == 0 ? STEPS : EVERY);
            }
        }
        assertThat(eventSteps("loss/train")).containsExactly(1L, 2L);
        assertThat(RunHistory.read(folder).notes(Note.Start.class)).hasSize(1);
        assertThat(folder.report()).as("the earlier run's").doesNotExist();
    }

    @Test
    void damagedNotesAndNumbersAreNamedWithTheirLine() throws IOException {
        try (Trainer t = trainer()) {
            folder.begin(t, List.of());
            train(t, EVERY);
        }
        String journal = Files.readString(folder.journal());
        String metrics = Files.readString(folder.metrics());
        int lines = (int) journal.lines().count();
        for (String bad : List.of("", "{", "7", "[]", "{\"step\":1}", "{\"note\":\"sample\",\"step\":1}", "{\"note\":\"song\",\"step\":1}",
                "{\"note\":\"end\",\"step\":1,\"time\":\"noon\",\"ending\":\"finished\"}", "{\"note\":\"end\",\"step\":1,\"time\":\"2026-01-01T00:00:00Z\",\"ending\":\"bored\"}",
                "{\"note\":\"classes\",\"step\":1,\"k\":1,\"names\":[\"a\",\"b\"],\"counts\":[0,5,1]}", "{\"note\":\"classes\",\"step\":1,\"k\":1,\"names\":[],\"counts\":[]}",
                "{\"note\":\"classes\",\"step\":1,\"k\":1,\"names\":[\"a\"],\"counts\":[0,0]}", "{\"note\":\"classes\",\"step\":1,\"k\":1,\"names\":[\"a\"],\"counts\":[0,0,-3]}")) {
            Files.writeString(folder.journal(), journal + bad + "\n");
            assertThatThrownBy(() -> RunHistory.read(folder)).as(bad).isInstanceOf(CheckpointException.class).hasMessageContaining("journal.jsonl: ")
                    .hasMessageContaining("line " + (lines + 1));
        }
        Files.writeString(folder.journal(), journal);
        for (String bad : List.of("", "3", "3,a,,1,1,1,1", "2,1,,1,1,1,1", "-3,1,,1,1,1,1", "3,1,,1,1,1,1,1", "3.5,1,,1,1,1,1")) {
            Files.writeString(folder.metrics(), metrics + bad + "\n");
            assertThatThrownBy(() -> RunHistory.read(folder)).as(bad).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("metrics.csv: line after step 2: expected");
        }
        Files.write(folder.metrics(), new byte[] {(byte) 0xff, (byte) 0xfe, 10});
        assertThatThrownBy(() -> RunHistory.read(folder)).isInstanceOf(CheckpointException.class).hasMessageContaining("metrics.csv: columns: expected text");
        for (String cut : List.of("", metrics.lines().findFirst().orElseThrow() + "\n", metrics.lines().findFirst().orElseThrow() + "\n1,2.")) {
            Files.writeString(folder.metrics(), cut);
            assertThatThrownBy(() -> RunHistory.read(folder)).as(cut).isInstanceOf(CheckpointException.class).hasMessageContaining("metrics.csv");
        }
    }

    @Test
    void withoutCountersTheEnergyIsNotAvailable() throws IOException {
        try (Trainer t = trainer()) {
            folder.begin(t, List.of());
            try (RunRecorder r = new RunRecorder(folder, t, EnergyMeter.open(dir.resolve("absent")), false)) {
                t.run(r);
                assertThat(r.energy()).startsWith("not available: ").contains("absent");
            }
        }
        assertThat(EventFile.files(folder.path())).isEmpty();
        assertThat(folder.report()).content().contains("not available", "absent");
    }
}
