package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainMlpTest {
    @TempDir
    Path dir;

    private String out;
    private String err;

    private int train(Path data, Object... more) {
        List<Object> args = new ArrayList<>(List.of("train", "mlp", "--data", data, "--threads", 1, "--hidden", "16", "--steps", 400, "--batch", 32,
                "--learning-rate", 0.01));
        args.addAll(List.of(more));
        StringWriter o = new StringWriter();
        StringWriter e = new StringWriter();
        int code = Gatun.run(new PrintWriter(o, true), new PrintWriter(e, true), args.stream().map(String::valueOf).toArray(String[]::new));
        out = o.toString();
        err = e.toString();
        return code;
    }

    private double measured(String metric) {
        Matcher m = Pattern.compile("test .*" + metric + " (-?[0-9.]+)").matcher(out);
        assertThat(m.find()).as(out).isTrue();
        return Double.parseDouble(m.group(1));
    }

    /** y = 3 x - 2 z + 5 where the colour is red, with some x missing; and a class by the sign of y. */
    private Path table() throws IOException {
        Random random = new Random(1);
        StringBuilder s = new StringBuilder("x,colour,z,y,sign\n");
        for (int i = 0; i < 600; i++) {
            double x = random.nextGaussian() * 10;
            double z = random.nextGaussian();
            boolean red = random.nextBoolean();
            double y = 3 * x - 2 * z + (red ? 5 : 0);
            s.append(String.format(Locale.ROOT, "%.4f,%s,%.4f,%.4f,%s%n", x, red ? "red" : "\"light, blue\"", z, y, y > 0 ? "up" : "down"));
        }
        return Files.writeString(dir.resolve("table.csv"), s);
    }

    @Test
    void aNumberIsPredicted() throws IOException {
        assertThat(train(table(), "--target", "y", "--out", dir.resolve("run"))).as(err).isZero();
        assertThat(out).contains("600 rows, 480 to train on, 60 to validate and 60 to test with", "target   y: a number");
        assertThat(measured("r2")).isGreaterThan(0.97);
        assertThat(measured("rmse")).isLessThan(5);
        Path run = dir.resolve("run");
        assertThat(run.resolve("table.json")).content().contains("\"light, blue\"", "\"deviation\"");
        assertThat(run.resolve("metrics.csv")).content().contains("validation_mae");
        assertThat(Files.readString(run.resolve("config.json"))).contains("\"mlp\"");
    }

    @Test
    void aClassIsPredictedTheSameForOneSeed() throws IOException {
        assertThat(train(table(), "--target", "sign", "--out", dir.resolve("run"))).as(err).isZero();
        assertThat(out).contains("target   sign: 2 classes");
        assertThat(measured("accuracy")).isGreaterThan(0.9);
        double loss = measured("loss");
        assertThat(train(table(), "--target", "sign", "--out", dir.resolve("again"))).isZero();
        assertThat(measured("loss")).isEqualTo(loss);
    }

    @Test
    void tablesAreTrainedWithTheOptionsOfTexts() throws IOException {
        assertThat(train(table(), "--target", "y", "--out", dir.resolve("run"), "--optimizer", "adam", "--accumulate", 2, "--average", 0.9,
                "--schedule", "plateau", "--group", "hidden.*:rate=0.5", "--validate-every", 40)).as(err).isZero();
        assertThat(Files.readString(dir.resolve("run/config.json"))).contains("Plateau[start=0.01", "Adam[", "\"parts\" : 2", "\"averaging\" : 0.9");
        assertThat(measured("r2")).isGreaterThan(0.9);
        assertThat(Gatun.run(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), "train", "mlp", "--data",
                table().toString(), "--target", "y", "--find-learning-rate", "--backend", "reference")).isZero();
    }

    @Test
    void aRunThatStopsEarlyIsTestedWithItsBestWeights() throws IOException {
        assertThat(train(table(), "--target", "y", "--out", dir.resolve("run"), "--schedule", "constant", "--clip", 0,
                "--optimizer", "lion", "--validate-every", 5, "--patience", 6)).as(err).isZero();
        assertThat(out).contains("stopped  after step ", "which validated best");
        Matcher best = Pattern.compile("validation loss of step [0-9]+, ([0-9.]+), is still the best").matcher(out);
        assertThat(best.find()).as(out).isTrue();
        assertThat(out).as("the last validation is by the same weights").contains("validation loss " + best.group(1));
        assertThat(dir.resolve("run/checkpoints")).isDirectoryContaining(p -> p.getFileName().toString().equals("best.safetensors"));
    }

    @Test
    void whatCannotBeUsedIsNamed() throws IOException {
        Path table = table();
        Object[][] cases = {
            {dir.resolve("absent.csv"), "y", "absent.csv does not exist"}, {table, "price", "no column \"price\""},
            {Files.writeString(dir.resolve("short.csv"), "a,b\n1,2\n"), "b", "too few"},
            {Files.writeString(dir.resolve("quote.csv"), "a,b\n1,\"2\n"), "b", "quote.csv:2: a quote"},
        };
        for (Object[] c : cases) {
            assertThat(train((Path) c[0], "--target", c[1], "--out", dir.resolve("run"))).isEqualTo(2);
            assertThat(err).contains((String) c[2]).hasLineCount(1);
        }
        Object[][] flags = {{"--hidden", "0", "width of a hidden layer"}, {"--test", "1", "shares"}, {"--steps", "0", "--steps"}, {"--task", "guess", "--task"},
            {"--task", "regression", "not a number"}};
        for (Object[] f : flags) {
            String target = f[1].equals("regression") ? "sign" : "y";
            List<Object> args = new ArrayList<>(List.of("train", "mlp", "--data", table, "--target", target, f[0], f[1], "--out", dir.resolve("run")));
            StringWriter e = new StringWriter();
            int code = Gatun.run(new PrintWriter(new StringWriter()), new PrintWriter(e, true), args.stream().map(String::valueOf).toArray(String[]::new));
            assertThat(code).isEqualTo(2);
            assertThat(e.toString()).contains((String) f[2]).hasLineCount(1);
        }
        assertThat(dir.resolve("run")).doesNotExist();
    }
}
