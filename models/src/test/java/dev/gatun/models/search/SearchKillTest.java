package dev.gatun.models.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that are killed while they search: no finished trial is lost or run again. */
@Timeout(600)
class SearchKillTest {
    private static final int KILLS = 8;

    @TempDir
    Path dir;

    @Test
    void aSearchThatIsKilledAgainAndAgainIsTheOneThatWasNot() throws Exception {
        Path journal = dir.resolve("journal.jsonl");
        Random random = new Random(2);
        List<String> ended = new ArrayList<>();
        for (int kill = 0; kill < KILLS; kill++) {
            Process p = start(journal);
            try (BufferedReader out = new BufferedReader(new InputStreamReader(p.getInputStream(), StandardCharsets.UTF_8))) {
                List<String> said = new ArrayList<>(List.of(out.readLine()));
                for (int lines = random.nextInt(12); lines > 0; lines--) said.add(out.readLine());
                p.waitFor(random.nextInt(3000), TimeUnit.MICROSECONDS);
                p.toHandle().destroyForcibly(); // SIGKILL
                p.waitFor();
                for (String line = out.readLine(); line != null; line = out.readLine()) said.add(line);
                assertThat(said).doesNotContain("done").allMatch(l -> l.startsWith("began ") || l.startsWith("ended "));
                said.stream().filter(l -> l.startsWith("ended ")).forEach(ended::add);
            }
        }
        assertThat(ended).as("no trial ends twice").doesNotHaveDuplicates();
        List<Trial> found;
        try (Search s = Search.in(journal, KilledSearch.settings(), List.of())) {
            for (String e : ended) assertThat(s.trials().get(Integer.parseInt(e.substring(6))).status()).isEqualTo(Trial.Status.FINISHED);
            s.run(KilledSearch::measured, 1, SearchListener.NONE);
            found = s.trials();
        }
        try (Search s = Search.inMemory(KilledSearch.settings())) {
            s.run(KilledSearch::measured, 1, SearchListener.NONE);
            assertThat(found).usingRecursiveFieldByFieldElementComparatorIgnoringFields("measurements").isEqualTo(s.trials());
            assertThat(found.stream().map(t -> t.last().value())).containsExactlyElementsOf(s.trials().stream().map(t -> t.last().value()).toList());
        }
    }

    private Process start(Path journal) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-cp", System.getProperty("java.class.path"), KilledSearch.class.getName(), journal.toString())
                .redirectError(dir.resolve("errors").toFile()).start();
    }
}
