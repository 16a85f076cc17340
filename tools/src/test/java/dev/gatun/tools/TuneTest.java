package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatun tune}, as one types it. */
@Timeout(600)
class TuneTest {
    @TempDir
    Path dir;

    private Path table;
    private Path search;

    private record Result(int code, String out, String err) {}

    /** y = 3 x - z and some noise. */
    @BeforeEach
    void write() throws IOException {
        Random random = new Random(1);
        StringBuilder s = new StringBuilder("x,z,y\n");
        for (int i = 0; i < 200; i++) {
            double x = random.nextGaussian();
            double z = random.nextGaussian();
            s.append(String.format(Locale.ROOT, "%.4f,%.4f,%.4f%n", x, z, 3 * x - z + 0.1 * random.nextGaussian()));
        }
        table = Files.writeString(dir.resolve("table.csv"), s);
        search = dir.resolve("search");
    }

    private static Result gatun(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Gatun.run(new PrintWriter(out, true), new PrintWriter(err, true), Arrays.stream(args).map(Object::toString).toArray(String[]::new));
        return new Result(code, out.toString(), err.toString());
    }

    /** A search over the training of a small perceptron. */
    private Result tune(Object... more) {
        List<Object> args = new ArrayList<>(List.of("tune", "mlp", "--out", search));
        args.addAll(List.of(more));
        if (!args.contains("--")) args.add("--");
        args.addAll(shared());
        return gatun(args.toArray());
    }

    private List<String> shared() {
        return List.of("--data", table.toString(), "--target", "y", "--hidden", "4", "--steps", "24", "--backend", "simd");
    }

    /** Rows of {@code trials.csv} without the head. */
    private List<String[]> rows() throws IOException {
        return Files.readAllLines(search.resolve("trials.csv")).stream().skip(1).map(l -> l.split(",", -1)).toList();
    }

    private List<String> untimed() throws IOException {
        return rows().stream().map(r -> String.join(",", r[0], r[1], r[2], r[3], r[5], r[6])).sorted().toList();
    }

    private static String[] words(String line) {
        return line.substring("gatun ".length()).split(" ");
    }

    @Test
    void theBestFlagsAreFoundAndTrainTheSameModelAgain() throws IOException {
        Result r = gatun("tune", "mlp", "--data", table, "--target", "y", "--out", search, "--search", "learning-rate=log:1e-4..1e-1", "--search", "batch=8,16", "--trials", 4,
                "--parallel", 2, "--minimize", "rmse", "--", "--hidden", 4, "--steps", 24, "--backend=simd");
        assertThat(r.code()).as(r.err()).isZero();
        assertThat(r.out()).contains("2 trials at a time", "trial 3 of 4", "best so far", "best rmse");
        List<String[]> rows = rows();
        assertThat(rows).hasSize(4).allMatch(f -> f[1].equals("finished") && f[3].equals("24"));
        assertThat(rows.stream().map(f -> Double.parseDouble(f[2]))).isSorted();
        assertThat(rows.stream().map(f -> f[0])).containsExactlyInAnyOrder("0", "1", "2", "3");
        assertThat(search.resolve("trials.csv")).content().startsWith("trial,status,rmse,steps,seconds,learning-rate,batch,loss,");
        assertThat(search.resolve("trials.json")).content().contains("\"learning-rate\"", "\"finished\"");
        String command = r.out().lines().toList().getLast();
        assertThat(command).startsWith("gatun train mlp --data=").contains("--batch=" + rows.getFirst()[6], "--learning-rate=" + rows.getFirst()[5]);
        List<String> again = new ArrayList<>(List.of(words(command)));
        again.addAll(List.of("--out", dir.resolve("again").toString(), "--threads", "1"));
        assertThat(gatun(again.toArray()).code()).isZero();
        Path trial = search.resolve("trials/000" + rows.getFirst()[0]);
        assertThat(dir.resolve("again/weights.safetensors")).hasSameBinaryContentAs(trial.resolve("weights.safetensors"));
    }

    @Test
    void halvingGoesOnFromCheckpoints() throws IOException {
        Result r = tune("--search", "learning-rate=log:1e-4..1e-1", "--method", "halving", "--eta", 2, "--rungs", 3, "--trials", 4, "--maximize", "r2");
        assertThat(r.code()).as(r.err()).isZero();
        List<String[]> rows = rows();
        assertThat(rows.stream().map(f -> f[1])).containsExactly("finished", "halted", "halted", "halted");
        assertThat(rows.stream().map(f -> f[3])).containsExactly("24", "12", "6", "6");
        assertThat(rows.subList(2, 4).stream().map(f -> -Double.parseDouble(f[2]))).isSorted();
        String number = "000" + rows.getFirst()[0];
        assertThat(search.resolve("trials/" + number + ".log")).content().contains("resumed  at step 6 of 24", "resumed  at step 12 of 24", "step 24/24");
        List<String> straight = new ArrayList<>(List.of(words(r.out().lines().toList().getLast())));
        straight.addAll(List.of("--out", dir.resolve("straight").toString(), "--threads", "1"));
        Result s = gatun(straight.toArray());
        assertThat(s.code()).as(s.err()).isZero();
        assertThat(dir.resolve("straight/weights.safetensors")).as("as if it had never stopped")
                .hasSameBinaryContentAs(search.resolve("trials/" + number + "/weights.safetensors"));
        Result more = gatun("tune", "--resume", search, "--trials", 8);
        assertThat(more.code()).isEqualTo(2);
        assertThat(more.err()).contains("--trials decides who goes on");
    }

    @Test
    void aTrialThatFailsIsRecordedAndTheSearchGoesOnWithMore() throws IOException {
        Result r = tune("--search", "dropout=0,1.5,0.5", "--method", "grid", "--trials", 2);
        assertThat(r.code()).as(r.err()).isZero();
        assertThat(rows().getLast()[1]).isEqualTo("failed");
        assertThat(String.join(",", rows().getLast())).contains("dropout", "1.5");
        assertThat(r.out()).contains("failed: dropout");
        byte[] first = Files.readAllBytes(search.resolve("trials/0000.log"));
        Result more = gatun("tune", "--resume", search, "--trials", 3, "--parallel", 3);
        assertThat(more.code()).as(more.err()).isZero();
        assertThat(more.out()).contains("resumed  with 2 trials begun", "trial 2 of 3").doesNotContain("trial 0 of", "trial 1 of");
        assertThat(rows()).hasSize(3);
        assertThat(Files.readAllBytes(search.resolve("trials/0000.log"))).isEqualTo(first);
        Result done = gatun("tune", "--resume", search);
        assertThat(done.code()).isZero();
        assertThat(done.out()).contains("best loss").doesNotContain("trial 0 of", "trial 2 of");
    }

    @Test
    void aSearchOfWhichNothingWorksEnds() {
        Result r = tune("--search", "learning-rate=-2..-1", "--trials", 9);
        assertThat(r.code()).isEqualTo(2);
        assertThat(r.err().strip()).startsWith("gatun: the first 3 trials all failed").contains("--learning-rate must be a number above 0").hasLineCount(1);
        Result metric = tune("--overwrite", "--search", "batch=8,16", "--maximize", "acuracy");
        assertThat(metric.code()).isEqualTo(2);
        assertThat(metric.err().strip()).contains("measures loss, mae, rmse, r2", "not 'acuracy'").hasLineCount(1);
        assertThat(search.resolve("trials/0003")).as("overwritten").doesNotExist();
    }

    @Test
    void flagsThatMakeNoSenseAreNamedBeforeAnyTrial() throws IOException {
        Object[][] cases = {
            {"learning-rat=0..1", "knows no --learning-rat; did you mean --learning-rate?"}, {"colour=a,b", "knows no --colour"},
            {"batch=8,big", "--batch", "'big' is not an int"}, {"batch=1.5..8", "whole ends"}, {"batch=8..4", "the range is empty: 8 is above 4"},
            {"learning-rate=log:0..1", "a logarithmic range lies above 0"}, {"learning-rate=log:a..1", "'a' is not a number"},
            {"learning-rate=log:1", "FROM..TO"}, {"learning-rate=0..1/-1", "a step is a number above 0"}, {"learning-rate", "expected FLAG=VALUES"},
            {"=3", "expected FLAG=VALUES"}, {"task=auto,guess", "--task", "guess"}, {"batch=8,8", "named twice"}, {"threads=1,2", "cannot be searched over", "before --"},
            {"out=a,b", "cannot be searched over"}, {"batch=1..9999999999", "9999999999", "not an int"},
            {"steps=10,20", "--steps is searched over and given too"}, {"data=a.csv,b.csv", "--data is searched over and given too"},
        };
        for (Object[] c : cases) refused(tune("--search", c[0]), Arrays.copyOfRange(c, 1, c.length, String[].class));
        Object[][] flags = {
            {"--trials", 0, "--trials must be at least 1"}, {"--parallel", 0, "--parallel"}, {"--method", "magic", "--method"}, {"--threads", 0, "--threads"},
            {"--rungs", 4, "4 rungs where one trial in 3 goes on need 27 trials, got 20"}, {"--eta", 1, "one trial in 2"}, {"--method", "grid", "a grid needs steps in dropout"},
            {"--search", "dropout=0..1", "dropout is searched over twice"}, {"--trails", 3, "knows no --trails"}, {"--", "--threads=2", "--threads is no flag of a trial"},
            {"--", "--out=x", "--out is no flag of a trial"}, {"--", "--epoch", "--epoch", "did you mean --epochs?"}, {"--", "--seed=x", "'x' is not a long"},
        };
        for (Object[] f : flags) refused(tune("--search", "dropout=0..0.5", f[0], f[1]), Arrays.copyOfRange(f, 2, f.length, String[].class));
        refused(gatun("tune", "mlpp", "--search", "batch=1,2"), "no model 'mlpp'", "did you mean mlp?");
        refused(gatun("tune", "lenet", "--search", "skip-bad=yes,no", "--out", search), "a flag without a value is true or false");
        refused(gatun("tune", "--search", "batch=1,2"), "MODEL is missing");
        refused(gatun("tune", "mlp", "--search", "batch=1,2", "--out", search), "--data", "See gatun train mlp --help");
        refused(tune(), "--search is missing");
        refused(tune("--search", "batch=1,2", "--minimize", "loss", "--maximize", "r2"), "choose one");
        refused(gatun("tune", "--resume", dir.resolve("absent")), "absent does not exist");
        refused(gatun("tune", "--resume", dir), "holds no search");
        Path other = Files.createDirectory(dir.resolve("other"));
        Files.writeString(other.resolve("journal.jsonl"), "{}\n");
        refused(gatun("tune", "--resume", other), "journal.jsonl:1: no journal of a search");
        refused(gatun("tune", "--resume", other, "--seed", 3), "--seed belongs to the search");
        refused(gatun("tune", "mlp", "--resume", other), "leave model");
        search = dir;
        Result full = tune("--search", "batch=1,2");
        assertThat(full.code()).isEqualTo(2);
        assertThat(full.err()).contains("is not empty and holds no search").hasLineCount(1);
        search = other;
        assertThat(tune("--search", "batch=1,2").err()).contains("already holds a search: go on with --resume").hasLineCount(1);
    }

    private void refused(Result r, String... expected) {
        assertThat(r.code()).as(r.err() + r.out()).isEqualTo(2);
        assertThat(r.err().strip().lines()).as(r.err()).hasSize(1);
        assertThat(r.err()).startsWith("gatun: ").contains(expected).doesNotContain("\tat ", "Exception");
        assertThat(dir.resolve("search")).doesNotExist();
    }

    /** A real process is asked to end (as by Ctrl-C), the next is killed, and the third finds what one without either would have found. */
    @Test
    void aSearchGoesOnAfterCtrlCAndAfterAKill() throws IOException, InterruptedException {
        List<String> args = new ArrayList<>(List.of("mlp", "--search", "learning-rate=log:1e-4..1e-1", "--search", "batch=16..64", "--trials", "6", "--threads", "1", "--"));
        args.addAll(shared());
        args.addAll(List.of("--checkpoint-every", "10"));
        args.set(args.indexOf("24"), "120");
        List<String> first = new ArrayList<>(List.of("tune", "-o", search.toString()));
        first.addAll(args);
        Process asked = start(first);
        try (BufferedReader out = reader(asked)) {
            until(out, "trial 1 of 6");
            asked.toHandle().destroy(); // SIGTERM; that of the process would close the pipe too
            String rest = String.join("\n", out.lines().toList());
            assertThat(asked.waitFor()).as(rest).isIn(130, 143);
            assertThat(rest).as("the table so far").contains("finished", "best loss");
        }
        assertThat(Files.readString(dir.resolve("errors"))).contains("interrupted; go on with gatun tune --resume " + search);
        Process killed = start(List.of("tune", "--resume", search.toString()));
        try (BufferedReader out = reader(killed)) {
            until(out, "trial 3 of 6");
            TimeUnit.MILLISECONDS.sleep(20);
            killed.toHandle().destroyForcibly(); // SIGKILL
            killed.waitFor();
        }
        Result last = gatun("tune", "--resume", search);
        assertThat(last.code()).as(last.err()).isZero();
        assertThat(last.out()).doesNotContain("trial 1 of 6", "trial 3 of 6").contains("trial 5 of 6");
        assertThat(rows()).hasSize(6).allMatch(f -> f[1].equals("finished") && f[3].equals("120"));
        List<String> found = untimed();
        search = dir.resolve("straight");
        List<Object> whole = new ArrayList<>(List.of("tune", "-o", search));
        whole.addAll(args);
        assertThat(gatun(whole.toArray()).code()).isZero();
        assertThat(found).isEqualTo(untimed());
    }

    private static void until(BufferedReader out, String start) throws IOException {
        for (String line = out.readLine(); ; line = out.readLine()) {
            assertThat(line).as("the process says %s", start).isNotNull();
            if (line.startsWith(start)) return;
        }
    }

    private static BufferedReader reader(Process p) {
        return new BufferedReader(new InputStreamReader(p.getInputStream(), StandardCharsets.UTF_8));
    }

    private Process start(List<String> args) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:+UseSerialGC",
                "-XX:-UsePerfData", "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                Gatun.class.getName()));
        command.addAll(args);
        return new ProcessBuilder(command).redirectError(dir.resolve("errors").toFile()).start();
    }
}
