package dev.gatun.models.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that are killed while they save: no finished checkpoint is lost, none is left that will not load. */
class CheckpointKillTest {
    private static final int KILLS = 50;
    private static final int RUNS = 2;
    private static final int LONGEST_START_MILLIS = 500;
    private static final int LONGEST_WORK_MILLIS = 60;

    @TempDir
    Path dir;

    @Test
    void fiftyKillsLoseNoFinishedCheckpoint() {
        List<CompletableFuture<Void>> runs = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            int number = i;
            runs.add(CompletableFuture.runAsync(() -> killedAgainAndAgain(dir.resolve("run" + number), new Random(number))));
        }
        runs.forEach(CompletableFuture::join);
    }

    private void killedAgainAndAgain(Path path, Random random) {
        try {
            long last = 0;
            for (int kill = 0; kill < KILLS / RUNS; kill++) {
                last = killed(path, last, kill % 5 == 4, random);
            }
            assertThat(last).as("the run got on").isGreaterThanOrEqualTo(KILLS / RUNS * 4 / 5);
            asIfNeverStopped(path, last);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * Starts the program, kills it, and looks at what it left.
     *
     * @param last step of the latest checkpoint before
     * @param early whether to kill it while it starts
     * @return step of the latest checkpoint
     */
    private long killed(Path path, long last, boolean early, Random random) throws IOException, InterruptedException {
        Process p = start(path, List.of());
        try (BufferedReader out = new BufferedReader(new InputStreamReader(p.getInputStream(), StandardCharsets.UTF_8))) {
            String said = null;
            if (early) {
                p.waitFor(random.nextInt(LONGEST_START_MILLIS), TimeUnit.MILLISECONDS);
            } else {
                said = out.readLine();
                assertThat(said).as("the program resumes: %s", errors(path)).isEqualTo(Long.toString(last + 1));
                p.waitFor(random.nextInt(LONGEST_WORK_MILLIS * 1000), TimeUnit.MICROSECONDS);
            }
            kill(p);
            for (String line = out.readLine(); line != null; line = out.readLine()) said = line;
            List<Checkpoint> found = RunFolder.isRun(path) ? RunFolder.open(path).checkpoints() : List.of();
            for (Checkpoint c : found) c.check();
            long latest = found.isEmpty() ? 0 : found.getLast().step();
            assertThat(latest).as("checkpoints after step %d was there and %s was said", last, said)
                    .isGreaterThanOrEqualTo(said == null ? last : Long.parseLong(said));
            if (latest >= KilledRun.KEEP) assertThat(found).hasSizeGreaterThanOrEqualTo(KilledRun.KEEP);
            return latest;
        }
    }

    /** SIGKILL; {@link Process#destroyForcibly} would also throw away what the process said last. */
    private static void kill(Process p) throws InterruptedException {
        p.toHandle().destroyForcibly();
        p.waitFor();
    }

    private Path errors(Path path) {
        return path.resolveSibling(path.getFileName() + ".err");
    }

    private Process start(Path path, List<String> shell) throws IOException {
        List<String> command = new ArrayList<>(shell);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), KilledRun.class.getName(), path.toString(), "1000000"));
        return new ProcessBuilder(command).redirectError(errors(path).toFile()).start();
    }

    /** The states of a run that was never stopped are those of the last checkpoint. */
    private static void asIfNeverStopped(Path path, long last) throws IOException {
        try (KilledRun.Tiny straight = new KilledRun.Tiny(); KilledRun.Tiny resumed = new KilledRun.Tiny()) {
            assertThat(RunFolder.open(path).resume(resumed.trainer)).isEqualTo(last);
            while (straight.trainer.step() < last) straight.trainer.train();
            straight.trainer.executable().states().forEach(s -> assertThat(
                            resumed.trainer.executable().state(s.name()).toArray(ValueLayout.JAVA_BYTE)).as(s.name())
                    .isEqualTo(straight.trainer.executable().state(s.name()).toArray(ValueLayout.JAVA_BYTE)));
        }
    }

    /** A limit on the size of files stands for a full disk: writing fails in the middle. */
    @Test
    void whenAFileCannotGrowTheLastGoodCheckpointIsKept() throws Exception {
        Path path = dir.resolve("full");
        Process first = start(path, List.of());
        try (BufferedReader out = new BufferedReader(new InputStreamReader(first.getInputStream(), StandardCharsets.UTF_8))) {
            for (int i = 0; i < 3; i++) out.readLine();
            kill(first);
        }
        long good = RunFolder.open(path).latest().orElseThrow().step();
        Path weights = RunFolder.open(path).latest().orElseThrow().weights();
        long blocks = Files.size(weights) / 512 / 2; // sh counts in blocks of 512 bytes, bash in 1024
        Process second = start(path, List.of("sh", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "sh"));
        assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue()).isEqualTo(1);
        assertThat(errors(path)).content().contains("CheckpointException", "cannot be written: File too large",
                "the last good checkpoint, " + weights.getParent().getFileName() + ", is kept");
        assertThat(RunFolder.open(path).latest().orElseThrow().step()).isEqualTo(good);
        RunFolder.open(path).latest().orElseThrow().check();
        try (var left = Files.list(path.resolve("checkpoints"))) {
            assertThat(left.map(f -> f.getFileName().toString())).as("nothing half-written").allMatch(n -> n.startsWith("step-"));
        }
    }
}
