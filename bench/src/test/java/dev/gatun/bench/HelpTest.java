package dev.gatun.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every command says about itself with {@code --help}. */
class HelpTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "step", "compile", "start", "passes", "jmh", "compare", "peers"})
    void helpIsWhole(String command) {
        List<String> args = new ArrayList<>(command.isEmpty() ? List.of() : List.of(command));
        args.add("--help");
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        PrintStream before = System.err;
        try (PrintStream err = new PrintStream(shown, true, StandardCharsets.UTF_8)) {
            System.setErr(err); // where picocli says what it could not format
            PrintWriter out = new PrintWriter(err, true, StandardCharsets.UTF_8);
            assertThat(GatunBench.run(out, out, args.toArray(String[]::new))).isZero();
        } finally {
            System.setErr(before);
        }
        String text = shown.toString(StandardCharsets.UTF_8);
        assertThat(text).contains("Usage: gatun bench " + command).doesNotContain("WARN", "%n", "%%", "${");
        assertThat(text.lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(100).isEqualTo(l.stripTrailing()));
    }

    @Test
    void listsShowOneSentenceOfEachCommand() {
        GatunBench.command(new GatunBench()).getSubcommands().forEach((name, c) -> {
            String[] about = c.getCommandSpec().usageMessage().description();
            assertThat(about[0]).as(name).matches("[A-Z].*[^.]\\.").doesNotContain(". ");
            assertThat(about).as(name).allMatch(p -> p.matches("|  .*|.*[.:]"));
        });
    }
}
