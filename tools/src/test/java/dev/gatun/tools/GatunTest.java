package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.models.artifact.CompiledModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatunTest {
    private static final String VERSE = "the quick brown fox jumps over the lazy dog.\n".repeat(60);

    @TempDir
    Path dir;

    private Path verse;

    @BeforeEach
    void write() throws IOException {
        verse = Files.writeString(dir.resolve("verse.txt"), VERSE);
    }

    private record Result(int code, String out, String err) {}

    private static Result gatun(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Gatun.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Result(code, out.toString(), err.toString());
    }

    private Result train(String... more) {
        List<String> args = new ArrayList<>(List.of("train", "gpt", "--layers", "1", "--heads", "2", "--width", "16", "--context", "12",
                "--batch", "2", "--steps", "8", "--threads", "1"));
        if (!List.of(more).contains("--data")) args.addAll(List.of("--data", verse.toString()));
        if (!List.of(more).contains("--out")) args.addAll(List.of("--out", dir.resolve("run").toString()));
        for (String m : more) {
            int known = args.indexOf(m);
            if (m.startsWith("--") && known >= 0) args.subList(known, known + 2).clear();
        }
        args.addAll(List.of(more));
        return gatun(args.toArray(String[]::new));
    }

    /** One line that says what is wrong, exit code 2, and no run folder. */
    private void refused(Result r, String... expected) {
        assertThat(r.code()).as(r.err()).isEqualTo(2);
        assertThat(r.err().strip().lines()).hasSize(1);
        assertThat(r.err()).contains(expected).doesNotContain("\tat ", "Exception");
        assertThat(dir.resolve("run")).doesNotExist();
    }

    @Test
    void trainingLeavesARunThatSampleContinues() throws IOException {
        Result r = train();
        assertThat(r.code()).as(r.err()).isZero();
        assertThat(r.out()).contains("backend auto", "verse.txt: 2,700 characters in 1 file", "step 8/8", "validation loss", "--- sample ---");
        Path run = dir.resolve("run");
        assertThat(run.resolve("metrics.csv")).content().startsWith("step,train_loss,validation_loss").hasLineCount(9);
        assertThat(run.resolve("loss.svg")).content().startsWith("<svg");
        Result first = gatun("sample", run.toString(), "--prompt", "the ", "--tokens", "20", "--threads", "1");
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.out()).startsWith("the ").hasSize("the ".length() + 20 + System.lineSeparator().length());
        assertThat(gatun("sample", run.toString(), "--prompt", "the ", "--tokens", "20").out()).isEqualTo(first.out());
        try (var files = Files.list(run)) {
            assertThat(files.map(f -> f.getFileName().toString().replaceFirst("tfevents\\..*", "tfevents"))).containsExactlyInAnyOrder("config.json",
                    "tokenizer.json", "weights.safetensors", "checkpoints", "metrics.csv", "journal.jsonl", "loss.svg", "report.html", "events.out.tfevents");
        }
        byte[] weights = Files.readAllBytes(run.resolve("weights.safetensors"));
        Result again = train();
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains("already holds a run").hasLineCount(1);
        assertThat(Files.readAllBytes(run.resolve("weights.safetensors"))).isEqualTo(weights);
        assertThat(train("--overwrite", "--tokenizer", "byte").code()).isZero();
        assertThat(run.resolve("tokenizer.json")).content().contains("byte");

        Files.write(run.resolve("weights.safetensors"), java.util.Arrays.copyOf(weights, weights.length - 1));
        Result truncated = gatun("sample", run.toString());
        assertThat(truncated.code()).isEqualTo(2);
        assertThat(truncated.err()).contains("weights.safetensors").contains("truncated").hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({
        "--steps, 0, --steps must be at least 1",
        "--steps, -3, --steps must be at least 1",
        "--steps, many, --steps",
        "--batch, 0, --batch must be at least 1",
        "--context, 0, --context must be at least 1",
        "--layers, -1, --layers must be at least 1",
        "--width, 0, --width must be at least 1",
        "--heads, 3, heads must divide width",
        "--threads, 0, --threads must be at least 1",
        "--learning-rate, 0, --learning-rate must be a number above 0",
        "--learning-rate, NaN, --learning-rate must be a number above 0",
        "--dropout, 1, dropout must lie in",
        "--accumulate, 0, --accumulate must be at least 1",
        "--epochs, 2, choose one",
        "--schedule, zigzag, --schedule knows no 'zigzag'",
        "--average, 1, --average must lie in",
        "--patience, -1, --patience must be a number of at least 0",
        "--group, bias, must be PATTERN:NAME=NUMBER",
        "--group, *:speed=1, knows no 'speed'",
        "--group, *:decay=x, expected NAME=NUMBER",
        "--freeze, nothing.*, no parameter's name fits the pattern nothing.*",
        "--preset, giant, no preset 'giant'",
        "--backend, gpu, --backend",
        "--precision, f16, --precision",
        "--tokenizer, word, --tokenizer",
        "--context, 5000, too short for a context of 5000",
        "--widht, 5, --widht",
    })
    void flagsOutOfRangeAreNamed(String flag, String value, String expected) {
        refused(train(flag, value), expected);
    }

    @Test
    void everyWayToTrainGoesThroughTheCommand() {
        Result r = train("--accumulate", "2", "--schedule", "one-cycle", "--average", "0.9", "--freeze", "positions.*", "--group", "*.bias:decay=0,rate=2",
                "--l2", "0.01", "--clip", "0", "--patience", "3", "--validate-every", "2");
        assertThat(r.code()).as(r.err()).isZero();
        assertThat(r.out()).contains("8 steps of 2 x 2 x 12 tokens", "step 8/8");
        Result found = train("--find-learning-rate", "--out", dir.resolve("none").toString());
        assertThat(found.code()).as(found.err()).isZero();
        assertThat(found.out()).contains("<- falls the fastest", "suggestion: --learning-rate ");
        assertThat(dir.resolve("none")).doesNotExist();
    }

    @Test
    void dataThatCannotBeUsedIsNamed() throws IOException {
        Path empty = Files.createFile(dir.resolve("empty.txt"));
        refused(train("--data", empty.toString()), "empty.txt contains no text");
        Path folder = Files.createDirectory(dir.resolve("folder"));
        refused(train("--data", folder.toString()), "folder contains no text");
        Path latin = Files.write(dir.resolve("latin.txt"), new byte[] {'a', (byte) 0xE9, 'b'});
        refused(train("--data", latin.toString()), "latin.txt is not UTF-8", "0x62 at position 2");
        refused(train("--data", dir.resolve("absent").toString()), "absent does not exist");
    }

    @Test
    void placesThatCannotBeWrittenAreNamedAndNothingIsOverwritten() throws IOException {
        refused(train("--out", verse.toString()), "verse.txt", "is a file");
        refused(train("--out", verse.resolve("x").toString()), "cannot be written");
        Path full = Files.createDirectory(dir.resolve("full"));
        Files.writeString(full.resolve("notes.txt"), "mine");
        refused(train("--out", full.toString(), "--overwrite"), "not empty");
        assertThat(full.resolve("notes.txt")).hasContent("mine");
        assertThat(verse).hasContent(VERSE);
    }

    @Test
    void sampleRefusesWhatIsNoRun() throws IOException {
        refused(gatun("sample", dir.resolve("absent").toString()), "absent", "does not exist");
        refused(gatun("sample", dir.toString()), "no config.json");
        refused(gatun("sample"), "RUN_DIR");
        Path foreign = Files.createDirectory(dir.resolve("foreign"));
        Files.writeString(foreign.resolve("config.json"), "{\"architectures\": [\"GPT2LMHeadModel\"]}");
        refused(gatun("sample", foreign.toString()), "config.json", "format");
        refused(gatun("sample", foreign.toString(), "--tokens", "0"), "--tokens must be at least 1");
        refused(gatun("sample", foreign.toString(), "--temperature", "-1"), "temperature");
    }

    @Test
    void explainShowsEveryStation() {
        String[] small = {"explain", "gpt", "--layers", "1", "--heads", "2", "--width", "16", "--context", "8", "--batch", "2"};
        Result r = gatun(small);
        assertThat(r.code()).as(r.err()).isZero();
        assertThat(r.out()).contains("traced", "expand", "loop ", "call ", "arena", "steps:", "AdamW.java");
        List<String> args = new ArrayList<>(List.of(small));
        args.addAll(List.of("--pass", "expand", "--function", "decode"));
        Result expand = gatun(args.toArray(String[]::new));
        assertThat(expand.out()).contains("# before expand", "LayerNorm[", "# after expand", "Rsqrt");
        args.set(args.size() - 3, "bytecode");
        assertThat(gatun(args.toArray(String[]::new)).out()).contains("loop ", "load");
        refused(gatun("explain", "gpt", "--pass", "magic"), "--pass knows no 'magic'", "expand");
    }

    private static Result explainSmall(String... more) {
        List<String> args = new ArrayList<>(List.of("explain", "gpt", "--layers", "1", "--heads", "2", "--width", "16", "--context", "8", "--batch", "2"));
        args.addAll(List.of(more));
        return gatun(args.toArray(String[]::new));
    }

    private static int number(String text, String pattern) {
        Matcher m = Pattern.compile(pattern, Pattern.MULTILINE).matcher(text);
        assertThat(m.find()).as(text).isTrue();
        return Integer.parseInt(m.group(1).replace(",", ""));
    }

    @Test
    void explainLeavesPassesOutAndSaysWhatEachChanges() {
        String steps = "^([\\d,]+) steps: ";
        Result all = explainSmall();
        Result less = explainSmall("--without-pass", "common,together");
        assertThat(less.code()).as(less.err()).isZero();
        assertThat(all.out()).containsPattern("(?m)^common ");
        assertThat(less.out()).doesNotContainPattern("(?m)^common ").containsPattern("(?m)^expand ");
        assertThat(number(less.out(), steps)).isGreaterThan(number(all.out(), steps));
        refused(explainSmall("--without-pass", "magic"), "no pass is named magic", "common", "together");
        Result table = explainSmall("--passes");
        assertThat(table.code()).as(table.err()).isZero();
        assertThat(number(table.out(), "^nothing +[\\d,]+ +([\\d,]+) ")).isEqualTo(number(all.out(), steps));
        assertThat(number(table.out(), "^together +[\\d,]+ +([\\d,]+) ")).isGreaterThan(number(all.out(), steps));
        assertThat(table.out()).containsPattern("no difference here: .*merged-products");
    }

    @Test
    void explainTakesReadyModelsRunFoldersAndGraphs() throws IOException {
        Result image = gatun("explain", "lenet", "--function", "logits", "--batch", "3");
        assertThat(image.code()).as(image.err()).isZero();
        assertThat(image.out()).contains("traced", "Conv2d[", "MFLOP", "fuse", "LeNet.java", "arena");
        refused(gatun("explain", "lenet5", "--layers", "3"), "--layers is for the model gpt");
        refused(gatun("explain", "lenet5", "--function", "sing"), "lenet5 has no function 'sing': choose one of train, evaluate, logits");
        refused(gatun("explain", "lenett"), "no model 'lenett'; did you mean lenet or lenet5?");
        refused(gatun("explain", "nothing-like-that"), "no model 'nothing-like-that'", "gpt-nano", "run folder", ".graph");
        Path graph = Files.writeString(dir.resolve("sum.graph"), """
                graph sum
                data %0 x f32[6]
                state %1 w f32[6]
                %2 = Add(%0, %1) : f32[6] @ mine:7
                output %2 y
                """);
        assertThat(gatun("explain", graph.toString()).out()).contains("loop add", "mine:7");
        Files.writeString(graph, "graph sum\nwhat\n");
        refused(gatun("explain", graph.toString()), "sum.graph: line 2: expected an input");
        assertThat(train().code()).isZero();
        assertThat(gatun("explain", dir.resolve("run").toString(), "--function", "evaluate").out()).contains("loop ", "Gpt.java");
    }

    @Test
    void compileWritesAFileThatCanBeLoaded() throws IOException {
        Path file = dir.resolve("model.jar");
        Result r = gatun("compile", "lenet5", "-o", file.toString(), "--backend", "simd", "--threads", "1");
        assertThat(r.code()).as(r.err()).isZero();
        assertThat(r.out()).contains("function logits, ", "generated classes", "-bit vectors", "no library", "java -jar ", "model.jar");
        try (CompiledModel m = CompiledModel.load(file, 1)) {
            assertThat(m.run(new float[28 * 28])).hasSize(10);
        }
        refused(gatun("compile", "lenet5"), "--output");
        refused(gatun("compile", "lenet5", "-o", dir.resolve("no/where.jar").toString()), "its folder does not exist");
    }

    @Test
    void profileSaysWhereTimeGoes() throws IOException {
        Path trace = dir.resolve("trace.json");
        Result r = gatun("profile", "gpt", "--layers", "1", "--heads", "2", "--width", "16", "--context", "8", "--batch", "2",
                "--steps", "3", "--threads", "1", "--rows", "5", "--trace", trace.toString());
        assertThat(r.code()).as(r.err()).isZero();
        assertThat(r.out()).contains("ceilings", "GFLOP/s", "roofline", "rows more", "a step in kernels", "with times taken; they cost ");
        assertThat(trace).content().startsWith("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[").contains("\"ph\":\"X\"", "Gpt.java").endsWith("]}\n");
        refused(gatun("profile", "gpt", "--steps", "0"), "--steps must be at least 1");
    }

    @Test
    void doctorNamesEachBackend() {
        Result r = gatun("doctor");
        assertThat(r.code()).isZero();
        assertThat(r.out()).contains("jdk ", "simd     ready", "reference ready", "onednn");
    }

    @Test
    void debugShowsTheStack() {
        Result r = gatun("--debug", "sample", dir.resolve("absent").toString());
        assertThat(r.code()).isEqualTo(2);
        assertThat(r.err()).contains("\tat dev.gatun");
    }

    @Test
    void aMissingCommandIsExplained() {
        refused(gatun("trian"), "trian");
        refused(gatun("train"), "gatun train --help");
    }
}
