package dev.gatun.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** {@code gatun bench passes}, {@code step} and {@code compile}. */
class WorkloadCommandsTest {
    private record Answer(int code, String out, String err) {}

    private static Answer run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = GatunBench.run(new PrintWriter(out), new PrintWriter(err, true), args);
        return new Answer(code, out.toString(), err.toString());
    }

    private static void refused(Answer a, String... expected) {
        assertThat(a.code()).as(a.out() + a.err()).isEqualTo(2);
        assertThat(a.err().strip().lines()).hasSize(1);
        assertThat(a.err()).startsWith("gatun bench: ").contains(expected);
    }

    @Test
    void whatAPassEarnsIsMeasuredByTurns() {
        Answer a = run("passes", "lenet", "--pass", "together,loops", "--rounds", "1", "--threads", "1");
        assertThat(a.code()).as(a.err()).isZero();
        assertThat(a.out()).startsWith("| pass, lenet5-b64 without -> with |");
        assertThat(a.out()).containsPattern("\\| `together` \\| \\d+ -> \\d+ \\|.*\\| [\\d.]+ -> [\\d.]+ \\| x [\\d.]+ \\(");
        assertThat(a.out()).as("no loops in this model").containsPattern("\\| `loops` \\| (\\d+) -> \\1 \\|.*\\| the same plan \\|");
    }

    @Test
    void namesThatAreNoneAreRefusedBeforeAnythingIsMeasured() {
        refused(run("passes", "lenet", "--pass", "magic"), "no pass is named magic: choose among", "together");
        refused(run("step", "lenet", "--without-pass", "magic"), "no pass is named magic");
        refused(run("step", "lennet"), "no workload 'lennet'; did you mean lenet", "resnet18-cifar-b64");
        refused(run("step", "something"), "no workload 'something': choose gpt-nano");
        refused(run("step", "lenet", "--layers", "3"), "workload lenet5-b64 has fixed sizes");
        refused(run("compile", "lenet"), "workload lenet5-b64 is no language model: choose gpt-nano");
        refused(run("passes", "lenet", "--rounds", "0"), "--rounds must be at least 1");
    }
}
