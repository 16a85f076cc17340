package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** What every command says about itself with {@code --help}. */
class HelpTest {
    private static final int WIDTH = 100;

    static List<CommandLine> commands() {
        PrintWriter nowhere = new PrintWriter(PrintWriter.nullWriter());
        List<CommandLine> all = new ArrayList<>(List.of(Gatun.command(new Gatun(), nowhere, nowhere)));
        for (int i = 0; i < all.size(); i++) all.addAll(all.get(i).getSubcommands().values());
        return all;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpIsWhole(CommandLine command) {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        PrintStream before = System.err;
        try (PrintStream err = new PrintStream(shown, true, StandardCharsets.UTF_8)) {
            System.setErr(err); // where picocli says what it could not format
            command.usage(err);
        } finally {
            System.setErr(before);
        }
        String text = shown.toString(StandardCharsets.UTF_8);
        assertThat(text).contains("Usage: " + (command.getParent() == null ? "gatun" : "gatun ")).doesNotContain("WARN", "%n", "%%", "${");
        assertThat(text.lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(WIDTH).isEqualTo(l.stripTrailing()));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void paragraphsAreNotBrokenByHand(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        List<String> about = List.of(spec.usageMessage().description());
        assertThat(about.getFirst()).as("what lists of commands show is one sentence").matches("[A-Z].*[^.]\\.").doesNotContain(". ");
        assertThat(about.getLast()).as("a line between description and options").isEmpty();
        for (String paragraph : about) assertThat(paragraph).matches("|  .*|.*[.:]");
        for (ArgSpec a : spec.args()) {
            assertThat(a.description()).as(a.paramLabel()).hasSize(1);
            assertThat(a.description()[0]).as(a.paramLabel()).endsWith(".");
        }
        assertThat(Arrays.stream(spec.usageMessage().footer()).filter(l -> l.startsWith("  "))).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(WIDTH));
    }
}
