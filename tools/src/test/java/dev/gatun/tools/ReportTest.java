package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatun report}, and the page that training leaves. */
class ReportTest {
    @TempDir
    static Path dir;

    private static Path verse;
    private static Path digits;
    private static String said;

    private record Result(int code, String out, String err) {}

    private static Result gatun(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Gatun.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Result(code, out.toString(), err.toString());
    }

    @BeforeAll
    static void train() throws IOException {
        Path text = Files.writeString(dir.resolve("verse.txt"), "the <b>quick</b> & brown fox jumps over the lazy dog.\n".repeat(60));
        verse = dir.resolve("verse-run");
        digits = dir.resolve("digits");
        Result gpt = gatun("train", "gpt", "--layers", "1", "--heads", "2", "--width", "16", "--context", "12", "--batch", "2", "--steps", "30",
                "--threads", "1", "--data", text.toString(), "--out", verse.toString());
        assertThat(gpt.code()).as(gpt.err()).isZero();
        said = gpt.out();
        Result lenet = gatun("train", "lenet", "--images", "200", "--steps", "8", "--threads", "1", "--out", digits.toString(), "--no-tensorboard");
        assertThat(lenet.code()).as(lenet.err()).isZero();
    }

    private static String page(Path run) throws IOException {
        return Files.readString(run.resolve("report.html"));
    }

    @Test
    void trainingLeavesAPageAndEventsAndSaysSo() throws IOException {
        assertThat(said).contains("report   " + verse.resolve("report.html")).containsPattern("energy   (not available: |[0-9.e+]+ .?J per token)");
        try (var files = Files.list(verse)) {
            assertThat(files.map(f -> f.getFileName().toString()).filter(n -> n.startsWith("events.out.tfevents."))).hasSize(1);
        }
        try (var files = Files.list(digits)) {
            assertThat(files.map(f -> f.getFileName().toString())).noneMatch(n -> n.startsWith("events."));
        }
    }

    @Test
    void thePageOfALanguageModelHasCurvesSamplesAndSettings() throws IOException {
        String html = page(verse);
        assertThat(html).contains("<h2>Curves</h2>", "Loss", "Learning rate", "Gradient norm", "Throughput", "perplexity", "<h2>Samples</h2>", "step 30</summary>",
                "training.optimizer", "model.width", "processor", "backend").doesNotContain("<h2>Classes</h2>", "<b>quick");
        assertThat(Pattern.compile("<svg class=\"plot\"").matcher(html).results().count()).isEqualTo(4);
        assertThat(html).contains("aria-label=\"loss, nats per token; train from ");
    }

    @Test
    void thePageOfAClassifierHasItsMatrixAndEachClass() throws IOException {
        String html = page(digits);
        assertThat(html).contains("Validation accuracy", "<h3 id=\"matrix\">Confusion matrix</h3>", "taken for", "macro average").doesNotContain("<h2>Samples</h2>", "perplexity");
        Matcher cells = Pattern.compile("<td[^>]*title=\"([\\d,]+) of").matcher(html);
        assertThat(cells.results().mapToLong(m -> Long.parseLong(m.group(1))).sum()).as("examples in the matrix").isEqualTo(40);
    }

    @Test
    void pagesReferToNothingOutside() throws IOException {
        for (Path run : List.of(verse, digits)) {
            String html = page(run);
            assertThat(html).doesNotContain("src=", "@import", "url(", "fetch(", "<link");
            assertThat(Pattern.compile("href=\"([^\"]*)\"").matcher(html).results().map(m -> m.group(1))).isNotEmpty().allSatisfy(t -> {
                assertThat(t).startsWith("#");
                assertThat(html).contains("id=\"" + t.substring(1) + "\"");
            });
        }
    }

    @Test
    void theCommandDrawsAgainAndOthersBeside() throws IOException {
        Result again = gatun("report", verse.toString());
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out()).isEqualTo("written " + verse.resolve("report.html") + System.lineSeparator());
        Path both = dir.resolve("both.html");
        assertThat(gatun("report", verse.toString(), "--compare", digits.toString(), "-o", both.toString()).code()).isZero();
        assertThat(both).content().contains("<h2>Runs</h2>", "digits, validation", "class=\"key l4\"", "<strong>gpt</strong></td><td><strong>lenet</strong>");
    }

    @Test
    void aBrowserShowsValuesWithoutErrorsAndWithoutTheNetwork() throws IOException, InterruptedException {
        Browser browser = Browser.orSkip(dir);
        Path page = dir.resolve("moved.html");
        String move = "<script>const p = document.querySelector('svg.plot'), b = p.getBoundingClientRect();"
                + "p.dispatchEvent(new PointerEvent('pointermove', {clientX: b.left + b.width * 0.99, clientY: b.top + 9}));"
                + "const q = document.querySelectorAll('svg.plot')[1]; q.focus();"
                + "for (const k of ['Home', 'ArrowRight', 'ArrowRight', 'ArrowLeft']) q.dispatchEvent(new KeyboardEvent('keydown', {key: k}));"
                + "document.body.dataset.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;</script></body>";
        Files.writeString(page, page(verse).replace("</body>", move));
        Browser.Shown shown = browser.show(page, "--window-size=500,900");
        assertThat(shown.dom()).as(shown.log()).contains("data-ready=\"yes\"", "data-wide=\"0\"");
        assertThat(shown.dom()).containsPattern("<p class=\"read\"[^>]*>step 30: train \\d+\\.\\d+, train, smoothed \\d+\\.\\d+, validation \\d+\\.\\d+</p>");
        assertThat(shown.dom()).containsPattern("<p class=\"read\"[^>]*>step 2: learning rate 0\\.\\d+</p>");
        assertThat(shown.log()).doesNotContain("CONSOLE");
        assertThat(shown.asked()).isEmpty();
        Browser.Shown classes = browser.show(digits.resolve("report.html"));
        assertThat(classes.dom()).as(classes.log()).contains("data-ready=\"yes\"", "table class=\"matrix\"");
        assertThat(classes.log()).doesNotContain("CONSOLE");
    }

    @Test
    void whatIsNoRunGetsOneLine() throws IOException {
        assertRefused(gatun("report", dir.resolve("absent").toString()), "absent", "does not exist");
        Path empty = Files.createDirectories(dir.resolve("empty"));
        assertRefused(gatun("report", empty.toString()), "holds no run of gatun");
        assertRefused(gatun("report", verse.toString(), "--compare", empty.toString()), "empty", "holds no run of gatun");
        String v = verse.toString();
        assertRefused(gatun("report", v, "--compare", v, "--compare", v, "--compare", v, "--compare", v), "--compare");
        assertRefused(gatun("report", verse.toString(), "-o", dir.resolve("no/such/folder.html").toString()), "folder.html");
        Path copy = Files.createDirectories(dir.resolve("copy"));
        for (String f : List.of("config.json", "metrics.csv", "journal.jsonl")) Files.copy(verse.resolve(f), copy.resolve(f));
        assertThat(gatun("report", copy.toString()).code()).isZero();
        Files.writeString(copy.resolve("metrics.csv"), "31,low\n", StandardOpenOption.APPEND);
        assertRefused(gatun("report", copy.toString()), "metrics.csv", "line after step 30", "expected 7 numbers");
        Files.copy(verse.resolve("metrics.csv"), copy.resolve("metrics.csv"), StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(copy.resolve("journal.jsonl"), "{\"note\"\n", StandardOpenOption.APPEND);
        assertRefused(gatun("report", copy.toString()), "journal.jsonl", "no valid JSON");
        Files.delete(copy.resolve("metrics.csv"));
        assertRefused(gatun("report", copy.toString()), "metrics.csv", "does not exist");
    }

    private static void assertRefused(Result r, String... expected) {
        assertThat(r.code()).as(r.err()).isEqualTo(2);
        assertThat(r.err()).contains(expected).hasLineCount(1);
    }
}
