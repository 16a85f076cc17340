package dev.gatun.models.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.models.metrics.ClassificationReport;
import dev.gatun.models.metrics.ConfusionMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunHistoryTest {
    @TempDir
    Path dir;

    private RunFolder folder() throws IOException {
        Files.writeString(dir.resolve("config.json"), "{\"format\":\"gatun-run\",\"version\":1,\"model\":{},\"training\":{}}");
        return RunFolder.open(dir);
    }

    @Test
    void aLongRunIsHeldInBoundedMemory() throws IOException {
        RunFolder folder = folder();
        StringBuilder lines = new StringBuilder("step,train_loss,validation_loss,learning_rate,gradient_norm,tokens_per_second,seconds\n");
        int steps = 50_000;
        for (int s = 1; s <= steps; s++) lines.append(s).append(",3,").append(s % 10 == 0 ? Math.abs(s - 700) + 1.5 : "").append(",0.1,NaN,10,").append(s).append('\n');
        Files.writeString(folder.metrics(), lines);
        RunHistory h = RunHistory.read(folder);
        assertThat(h.step()).isEqualTo(steps);
        assertThat(h.unit()).isEqualTo("token");
        assertThat(h.bestValidation()).isEqualTo(1.5);
        assertThat(h.bestStep()).isEqualTo(700);
        assertThat(h.last("seconds")).isEqualTo(steps);
        assertThat(h.last("validation_loss")).isEqualTo(steps - 700 + 1.5);
        assertThat(h.last("absent")).isNaN();
        assertThat(h.curve("train_loss").size()).isBetween(500, 1024);
        assertThat(h.curve("gradient_norm").size()).isZero();
        assertThat(h.rows()).hasSizeBetween(5, 40).isSortedAccordingTo((a, b) -> Double.compare(a[0], b[0]));
        assertThat(h.rows().getLast()[0]).isEqualTo(steps);
    }

    @Test
    void notesComeBackAsTheyWere() throws IOException {
        RunFolder folder = folder();
        Files.writeString(folder.metrics(), "step,train_loss,validation_loss,learning_rate,gradient_norm,tokens_per_second,seconds\n1,2,,3,4,5,6\n");
        ConfusionMatrix m = new ConfusionMatrix(3);
        m.add(0, 0, 7);
        m.add(2, 1);
        List<Note> notes = List.of(new Note.Start(0, Instant.ofEpochSecond(1_000), Map.of("processor", "one \"core\"")), new Note.Energy(1, Double.NaN, 10, "no counters"),
                new Note.Sample(1, "line\n\u2615 \t{}"), new Note.Start(1, Instant.ofEpochSecond(2_000), Map.of()), new Note.Energy(2, 2.5, 20, ""),
                new Note.End(2, Instant.ofEpochMilli(2_500), Ending.NO_PROGRESS));
        try (RunJournal j = new RunJournal(folder, 0)) {
            notes.forEach(j::add);
            j.add(new Note.Classes(2, new ClassificationReport(List.of("a", "b,\"", "c"), m, 0.5, 2, Double.NaN, List.of())));
        }
        RunHistory h = RunHistory.read(folder);
        assertThat(h.notes(Note.class).subList(0, notes.size())).isEqualTo(notes);
        ClassificationReport r = h.notes(Note.Classes.class).getFirst().report();
        assertThat(r.names()).containsExactly("a", "b,\"", "c");
        assertThat(r.json()).isEqualTo(new ClassificationReport(List.of("a", "b,\"", "c"), m, 0.5, 2, Double.NaN, List.of()).json());
        assertThat(h.energy().joules()).as("not known of all processes").isNaN();
        new RunJournal(folder, 1).close();
        assertThat(RunHistory.read(folder).notes(Note.class)).isEqualTo(notes.subList(0, 4));
    }
}
