package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatun eval}, {@code predict} and {@code score} on tables and texts, and commands that are mistyped. */
class MeasureCommandsTest {
    private static final int ROWS = 300;

    @TempDir
    Path dir;

    private record Result(int code, String out, String err) {}

    private static Result gatun(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Gatun.run(new PrintWriter(out, true), new PrintWriter(err, true), Arrays.stream(args).map(Object::toString).toArray(String[]::new));
        return new Result(code, out.toString(), err.toString());
    }

    private static Result done(Object... args) {
        List<Object> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--backend", "reference"));
        Result r = gatun(all.toArray());
        assertThat(r.code()).as(r.err()).isZero();
        return r;
    }

    private static void refused(Result r, String... expected) {
        assertThat(r.code()).as(r.err() + r.out()).isEqualTo(2);
        assertThat(r.err().strip().lines()).hasSize(1);
        assertThat(r.err()).startsWith("gatun: ").contains(expected).doesNotContain("\tat ", "Exception");
    }

    /** y = 3 x - 2 z + 500, more where the colour is red; sign says whether it is above 500. */
    private record Row(double x, String colour, double z, double y, String sign) {}

    private static List<Row> rows(long seed) {
        Random r = new Random(seed);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            double x = r.nextGaussian() * 10;
            double z = r.nextGaussian();
            String colour = r.nextInt(3) == 0 ? "red" : "light, blue";
            double y = 3 * x - 2 * z + 500 + (colour.equals("red") ? 20 : 0);
            rows.add(new Row(x, colour, z, y, y > 500 ? "above, far" : "below"));
        }
        return rows;
    }

    /** A table, whose columns may stand in another order, with one that was not there before. */
    private Path table(String name, List<Row> rows, boolean turned) throws IOException {
        StringBuilder s = new StringBuilder(turned ? "note,sign,y,z,colour,x\n" : "x,colour,z,y,sign\n");
        for (Row r : rows) {
            String colour = '"' + r.colour + '"';
            String sign = '"' + r.sign + '"';
            if (turned) s.append(String.format(Locale.ROOT, "-,%s,%.6f,%.6f,%s,%.6f%n", sign, r.y, r.z, colour, r.x));
            else s.append(String.format(Locale.ROOT, "%.6f,%s,%.6f,%.6f,%s%n", r.x, colour, r.z, r.y, sign));
        }
        return Files.writeString(dir.resolve(name), s);
    }

    private Path train(String target) throws IOException {
        Path table = table("train.csv", rows(1), false);
        // the other target would give it away
        Path cut = Files.writeString(dir.resolve("cut.csv"), String.join("\n", Files.readAllLines(table).stream()
                .map(l -> target.equals("y") ? l.replaceFirst(",(sign|\"[^\"]*\")$", "") : l.replaceFirst(",[^,]*,(sign|\"[^\"]*\")$", ",$1")).toList()));
        done("train", "mlp", "--data", cut, "--target", target, "--hidden", 12, "--steps", 300, "--batch", 32, "--learning-rate", 0.01, "--out", dir.resolve("run"));
        return dir.resolve("run");
    }

    private static List<String> predictions(Result r, String head) {
        List<String> lines = r.out().lines().toList();
        assertThat(lines.getFirst()).isEqualTo(head);
        for (int i = 1; i < lines.size(); i++) assertThat(lines.get(i)).startsWith(i + ",");
        return lines.stream().skip(1).map(l -> l.substring(l.indexOf(',') + 1)).toList();
    }

    @Test
    void numbersArePredictedInTheirUnitsAndMeasuredByGroup() throws IOException {
        Path run = train("y");
        List<Row> fresh = rows(2);
        Path data = table("new.csv", fresh, true);
        List<String> found = predictions(done("predict", run, data), "row,y");
        double[] sums = new double[2]; // squared and absolute errors
        double mean = fresh.stream().mapToDouble(Row::y).average().orElseThrow();
        double red = 0;
        for (int i = 0; i < ROWS; i++) {
            double error = Double.parseDouble(found.get(i)) - fresh.get(i).y;
            sums[0] += error * error;
            sums[1] += Math.abs(error);
            if (fresh.get(i).colour.equals("red")) red += error * error;
        }
        JsonNode json = new ObjectMapper().readTree(done("eval", run, "--data", data, "--json", "--group", "colour").out());
        assertThat(json.path("rows").intValue()).isEqualTo(ROWS);
        assertThat(json.path("mse").doubleValue()).isCloseTo(sums[0] / ROWS, within(1e-4 * sums[0] / ROWS));
        assertThat(json.path("mae").doubleValue()).isCloseTo(sums[1] / ROWS, within(1e-4 * sums[1] / ROWS));
        double spread = fresh.stream().mapToDouble(r -> (r.y - mean) * (r.y - mean)).sum();
        assertThat(json.path("r2").doubleValue()).isCloseTo(1 - sums[0] / spread, within(1e-5)).isGreaterThan(0.9);
        JsonNode group = json.path("groups").path("red");
        assertThat(group.path("mse").doubleValue() * group.path("rows").intValue()).isCloseTo(red, within(1e-4 * red));
        assertThat(json.has("fairness")).isFalse();
        assertThat(done("eval", run, "--data", data, "--group", "colour").out()).contains("group of colour", "light, blue", "rmse", "all rows");
    }

    @Test
    void classesArePredictedWithTheirProbabilityAndComparedBetweenGroups() throws IOException {
        Path run = train("sign");
        List<Row> fresh = rows(3);
        Path data = table("new.csv", fresh, true);
        List<String> found = predictions(done("predict", run, data), "row,sign,probability");
        int right = 0;
        double[] above = new double[2];
        double[] all = new double[2];
        for (int i = 0; i < ROWS; i++) {
            boolean taken = found.get(i).startsWith("\"above, far\",");
            assertThat(found.get(i)).matches("(\"above, far\"|below),(0\\.[5-9]\\d{3}|1\\.0000)");
            if (taken == fresh.get(i).sign.equals("above, far")) right++;
            int group = fresh.get(i).colour.equals("red") ? 1 : 0;
            all[group]++;
            if (taken) above[group]++;
        }
        Result r = done("eval", run, "--data", data, "--json", "--group", "colour", "--batch", 7);
        JsonNode json = new ObjectMapper().readTree(r.out());
        assertThat(json.path("accuracy").doubleValue()).isEqualTo((double) right / ROWS).isGreaterThan(0.85);
        assertThat(json.path("auc").doubleValue()).isBetween(0.9, 1.0);
        JsonNode fair = json.path("fairness").path("above, far");
        double difference = Math.abs(above[0] / all[0] - above[1] / all[1]);
        assertThat(fair.path("demographicParityDifference").doubleValue()).isCloseTo(difference, within(1e-12)).isPositive();
        assertThat(fair.path("demographicParityRatio").doubleValue())
                .isCloseTo(Math.min(above[0] / all[0], above[1] / all[1]) / Math.max(above[0] / all[0], above[1] / all[1]), within(1e-12));
        assertThat(run.resolve("confusion.png")).exists();
        assertThat(done("eval", run, "--data", data, "--group", "colour").out()).contains("fairness of class", "oddsDifference", "macro average", "group of colour");
    }

    @Test
    void tablesThatDoNotFitAreNamedAndUnknownValuesAreNot() throws IOException {
        Path run = train("y");
        Path odd = Files.writeString(dir.resolve("odd.csv"), "x,z,colour\n1,2,green\n1,2,\n,,red\n");
        List<String> found = predictions(done("predict", run, odd), "row,y");
        assertThat(found).hasSize(3);
        assertThat(found.get(0)).as("an unseen category is a missing one").isEqualTo(found.get(1)).isNotEqualTo(found.get(2));
        refused(gatun("predict", run, Files.writeString(dir.resolve("a.csv"), "x,colour\n1,red\n")), "a.csv has no column \"z\"", "trained with");
        refused(gatun("predict", run, Files.writeString(dir.resolve("b.csv"), "x,z,colour\n1,two,red\n")), "b.csv: row 1: column \"z\" is \"two\"", "number");
        refused(gatun("predict", run, dir.resolve("absent.csv")), "absent.csv does not exist");
        refused(gatun("predict", run, odd, odd), "one table at a time");
        refused(gatun("eval", run), "--data is missing");
        refused(gatun("eval", run, "--data", odd), "odd.csv has no column \"y\"", "known");
        Path unknown = Files.writeString(dir.resolve("c.csv"), "x,z,colour,y\n1,2,red,many\n");
        refused(gatun("eval", run, "--data", unknown), "c.csv: row 1: the target \"y\" is \"many\": expected a number");
        refused(gatun("eval", run, "--data", table("new.csv", rows(2), true), "--group", "shape"), "no column \"shape\"");
        refused(gatun("eval", run, "--data", odd, "--held-out"), "--held-out does not go with tables");
        Path json = run.resolve("table.json");
        String good = Files.readString(json);
        Files.writeString(json, good.replaceFirst("\"deviation\" : [0-9.]+", "\"deviation\" : 0"));
        refused(gatun("predict", run, odd), "table.json", "deviation", "above 0");
        Files.writeString(json, good.replace("\"red\"", "\"red\", \"redder\""));
        refused(gatun("predict", run, odd), "table.json", "features", "as in config.json");
        Files.delete(json);
        refused(gatun("predict", run, odd), "table.json", "does not exist");
    }

    @Test
    void textsAreMeasuredByTokensBytesAndCharacters() throws IOException {
        Path verse = Files.writeString(dir.resolve("verse.txt"), "the quick brown fox jumps over the lazy dög.\n".repeat(30));
        Path run = dir.resolve("run");
        done("train", "gpt", "--layers", 1, "--heads", 2, "--width", 8, "--context", 12, "--batch", 2, "--steps", 6, "--tokenizer", "byte", "--data", verse, "--out", run);
        JsonNode all = new ObjectMapper().readTree(done("eval", run, "--data", verse, "--json").out());
        assertThat(all.path("tokens").intValue()).isEqualTo(46 * 30 - 1);
        assertThat(all.path("characters").intValue()).isEqualTo(45 * 30 - 1);
        double loss = all.path("loss").doubleValue();
        assertThat(loss).isBetween(2.0, 6.0);
        assertThat(all.path("perplexity").doubleValue()).isCloseTo(Math.exp(loss), within(1e-9));
        assertThat(all.path("bitsPerByte").doubleValue()).isCloseTo(loss / Math.log(2), within(1e-9));
        assertThat(all.path("bitsPerCharacter").doubleValue()).isCloseTo(loss / Math.log(2) * (46 * 30 - 1) / (45 * 30 - 1), within(1e-9));
        Result part = done("eval", run, "--data", verse, "--held-out", "--stride", 4, "--batch", 3);
        assertThat(part.out()).contains("verse.txt", "tokens   137 for ", "perplexity", "bits per byte");
        assertThat(done("eval", run, "--stride", 4).out()).as("its own text, of which it did not see the last part").isEqualTo(part.out());
        refused(gatun("eval", run, "--data", verse, "--stride", 13), "stride must lie in 1..12");
        refused(gatun("eval", run, "--data", verse, "--group", "x"), "--group does not go with texts");
        refused(gatun("eval", run, "--data", Files.writeString(dir.resolve("one.txt"), "x")), "at least 2 tokens");
        Path config = run.resolve("config.json");
        Files.writeString(config, Files.readString(config).replaceFirst("\"--data=[^\"]*\", ", ""));
        refused(gatun("eval", run), "--data is missing", "text");
        refused(gatun("predict", run, verse), "is no classifier of images");
    }

    @Test
    void translationsAreScoredAsSacreBleuDoes() throws IOException {
        Path output = Files.writeString(dir.resolve("output.txt"), "The dog bit the man.\nIt wasn't surprising.\nThe man had just bitten him.\n");
        Path first = Files.writeString(dir.resolve("first.txt"), "The dog bit the man.\nIt was not unexpected.\nThe man bit him first.\n");
        Path second = Files.writeString(dir.resolve("second.txt"), "The dog had bit the man.\nNo one was surprised.\nThe man had bitten the dog.\n");
        Result r = gatun("score", "bleu", output, first, second);
        assertThat(r.out().strip()).isEqualTo("BLEU = 48.53 82.4/50.0/45.5/37.5 (BP = 0.943 ratio = 0.944 hyp_len = 17 ref_len = 18)");
        JsonNode json = new ObjectMapper().readTree(gatun("score", "bleu", output, first, second, "--json").out());
        assertThat(json.path("score").doubleValue()).isCloseTo(48.530827009929865, within(1e-10));
        refused(gatun("score", "bleu", output, Files.writeString(dir.resolve("short.txt"), "one\n")), "short.txt has 1 lines", "output.txt has 3");
        refused(gatun("score", "bleu", output, dir.resolve("absent.txt")), "absent.txt does not exist");
        refused(gatun("score", "bleu", output), "REFERENCES");
    }

    @Test
    void mistypedCommandsAndFlagsAreGuessed() {
        refused(gatun("trian", "gpt"), "'trian'", "Did you mean train? See gatun --help");
        refused(gatun("train", "gtp"), "'gtp'", "Did you mean gpt? See gatun train --help");
        refused(gatun("train", "resnet19"), "Did you mean resnet18");
        refused(gatun("train", "gpt", "--setps=3"), "--setps", "Did you mean --steps?");
        refused(gatun("train", "lenet", "--learning-rat", 3), "Did you mean --learning-rate?");
        assertThat(gatun("dance").err()).doesNotContain("Did you mean").contains("'dance'. See gatun --help");
    }
}
