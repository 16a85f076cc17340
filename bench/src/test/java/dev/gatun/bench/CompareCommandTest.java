package dev.gatun.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
    @TempDir
    private Path folder;

    private record Answer(int code, String out, String err) {}

    private static Answer run(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = GatunBench.run(new PrintWriter(out), new PrintWriter(err), Arrays.stream(args).map(Object::toString).toArray(String[]::new));
        return new Answer(code, out.toString(), err.toString());
    }

    private Path results(String name, String unit, double... scores) throws IOException {
        String data = DoubleStream.of(scores).mapToObj(Double::toString).collect(Collectors.joining(","));
        Path file = folder.resolve(name);
        Files.writeString(file, """
                [{"benchmark": "dev.gatun.bench.Sgemm.run", "params": {"shape": "8x8x8", "threads": "1"},
                  "primaryMetric": {"scoreUnit": "%s", "rawData": [[%s]]}}]""".formatted(unit, data));
        return file;
    }

    @Test
    void aRateIsATimeTurnedRound() throws IOException {
        Path rate = results("rate.json", "ops/s", 500, 500, 500);
        Path time = results("time.json", "us/op", 1000, 1000, 1000);
        Answer a = run("compare", rate, time);
        assertThat(a.code()).as(a.err()).isZero();
        assertThat(a.out()).contains("Sgemm.run shape=8x8x8 threads=1").contains("2.0000", "1.0000", "2.000  [2.000, 2.000]", "faster");
    }

    @Test
    void theIntervalHoldsTheTrueRatioAsOftenAsItSays() {
        Random r = new Random(5);
        int held = 0;
        for (int i = 0; i < 2000; i++) {
            double[] a = r.doubles(6).map(u -> 3 * Math.exp(0.1 * r.nextGaussian())).toArray();
            double[] b = r.doubles(9).map(u -> 2 * Math.exp(0.3 * r.nextGaussian())).toArray();
            Speedup s = Speedup.of(samples(a), samples(b), 0.9);
            if (s.low() < 1.5 && 1.5 < s.high()) held++;
        }
        assertThat(held / 2000.0).isCloseTo(0.9, within(0.025));
    }

    private static Samples samples(double[] x) {
        return new Samples(DoubleStream.of(x).boxed().toList());
    }

    @Test
    void noiseIsNoDifference() throws IOException {
        Answer a = run("compare", results("a.json", "ms/op", 10, 12, 11, 10.5), results("b.json", "ms/op", 11, 10.2, 11.9, 10.6));
        assertThat(a.out()).contains("no difference seen");
        assertThat(a.code()).isZero();
    }

    @Test
    void aSlowdownFailsWhereThatIsAskedFor() throws IOException {
        Path a = results("a.json", "ms/op", 10, 10.1, 9.9);
        Path b = results("b.json", "ms/op", 12, 12.1, 11.9);
        assertThat(run("compare", a, b).code()).isZero();
        assertThat(run("compare", a, b, "--fail-on-slower", "5").code()).isOne();
        assertThat(run("compare", a, b, "--fail-on-slower", "30").code()).isZero();
        assertThat(run("compare", b, a, "--fail-on-slower", "5").code()).isZero();
    }

    @Test
    void whatCannotBeReadIsNamed() throws IOException {
        Path good = results("good.json", "ms/op", 1, 2);
        List<String> bad = List.of("", "{", "{}", "[{}]", "[{\"benchmark\": \"x\", \"primaryMetric\": {\"scoreUnit\": \"parsec\"}}]",
                "[{\"benchmark\": \"x\", \"primaryMetric\": {\"scoreUnit\": \"ms/op\", \"rawData\": []}}]",
                "[{\"benchmark\": \"x\", \"primaryMetric\": {\"scoreUnit\": \"ms/op\", \"rawData\": [[-1]]}}]");
        for (String text : bad) {
            Path file = Files.writeString(folder.resolve("bad.json"), text);
            Answer a = run("compare", good, file);
            assertThat(a.code()).as(text).isEqualTo(2);
            assertThat(a.err()).as(text).contains("bad.json").hasLineCount(1);
        }
        assertThat(run("compare", good, folder.resolve("none.json")).err()).contains("none.json: no such file");
        assertThat(run("compare", good, good, "--confidence", "2").code()).isEqualTo(2);
    }
}
