package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplanationPageTest {
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
        assertThat(count("<a href=\"#step\\d+\"><rect ")).as("drawn steps").isEqualTo(steps);
        assertThat(count("<path d=\"M")).as("buffers that steps hand on").isGreaterThan(steps);
        assertThat(count("<rect ")).as("drawn steps and buffers in memory").isGreaterThan(2 * steps);
        assertThat(html).containsPattern("<td>temporary %\\d+</td><td>[\\w+]+ <span class=\"soft\">\\w+\\.java:\\d+");
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
        Browser.Shown shown = Browser.orSkip(dir).show(page);
        assertThat(shown.dom()).as(shown.log()).contains("data-ready=\"yes\"", "id=\"step0\"", "peak, step ");
        assertThat(shown.log()).doesNotContain("CONSOLE");
        assertThat(shown.asked()).isEmpty();
    }
}
