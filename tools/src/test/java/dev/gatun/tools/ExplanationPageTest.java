package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplanationPageTest {
    private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    /** What the browser asks for on its own account, whatever it shows. */
    private static final Pattern OWN = Pattern.compile("https?://([a-z0-9.-]*\\.)?(google|googleapis|gvt1|gstatic)\\.com/.*");

    @TempDir
    static Path dir;

    private static Path page;
    private static String html;

    @BeforeAll
    static void draw() throws IOException {
        page = dir.resolve("page.html");
        StringWriter err = new StringWriter();
        int code = Gatun.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), "explain", "gpt", "--layers", "2", "--heads", "2",
                "--width", "32", "--context", "16", "--batch", "2", "--threads", "1", "--html", page.toString());
        assertThat(code).as(err.toString()).isZero();
        html = Files.readString(page);
    }

    private static long count(String pattern) {
        return Pattern.compile(pattern).matcher(html).results().count();
    }

    @Test
    void itShowsEveryStation() {
        assertThat(html).contains("<h2>Passes</h2>", "<td>expand</td>", "LayerNorm -", "FLOP/B", "generated code", "peak, step ", "What holds the peak",
                "GFLOP/s, copy ", "AdamW.java:", "Gpt.java:");
        long steps = count("<tr id=\"step\\d+\">");
        assertThat(steps).isGreaterThan(50);
        assertThat(count("<circle ")).as("steps on the roofline").isBetween(steps / 2, steps);
        assertThat(count("<rect ")).as("buffers in memory").isGreaterThan(steps);
        assertThat(count("Gpt.java:\\d+ &gt; Block.java:\\d+ &gt; Attention.java:\\d+")).isGreaterThan(10);
    }

    @Test
    void everyLinkLeadsSomewhereOnThePage() {
        List<String> targets = Pattern.compile("href=\"([^\"]*)\"").matcher(html).results().map(m -> m.group(1)).distinct().toList();
        assertThat(targets).hasSizeGreaterThan(50).allSatisfy(t -> {
            assertThat(t).startsWith("#");
            assertThat(html).contains("id=\"" + t.substring(1) + "\"");
        });
        assertThat(html).doesNotContain("src=", "@import", "url(", "fetch(");
    }

    @Test
    void aBrowserShowsItWithoutErrorsAndWithoutTheNetwork() throws IOException, InterruptedException {
        Path browser = browser();
        assumeThat(browser).as("none of " + BROWSERS + " is installed").isNotNull();
        Path dom = dir.resolve("dom.txt");
        Path log = dir.resolve("log.txt");
        Path net = dir.resolve("net.json");
        List<String> command = new ArrayList<>(List.of(browser.toString(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
                "--user-data-dir=" + dir.resolve("profile"), "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr",
                "--log-net-log=" + net, "--virtual-time-budget=5000", "--dump-dom", page.toUri().toString()));
        Process p = new ProcessBuilder(command).redirectOutput(dom.toFile()).redirectError(log.toFile()).start();
        if (!p.waitFor(60, TimeUnit.SECONDS)) p.destroyForcibly().waitFor();
        String shown = Files.readString(dom);
        assertThat(shown).as(Files.readString(log)).contains("data-ready=\"yes\"", "id=\"step0\"", "peak, step ");
        assertThat(Files.readString(log)).doesNotContain("CONSOLE");
        List<String> asked = Pattern.compile("\"url\":\"(https?://[^\"]*)\"").matcher(Files.readString(net)).results()
                .map((MatchResult m) -> m.group(1)).filter(u -> !OWN.matcher(u).matches()).toList();
        assertThat(asked).isEmpty();
    }

    private static Path browser() {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            for (String name : BROWSERS) {
                Path file = Path.of(folder, name);
                if (Files.isExecutable(file)) return file;
            }
        }
        return null;
    }
}
