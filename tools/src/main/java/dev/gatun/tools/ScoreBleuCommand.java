package dev.gatun.tools;

import dev.gatun.models.data.DataException;
import dev.gatun.models.metrics.Bleu;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun score bleu}. */
@Command(
        name = "bleu",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Scores translations by BLEU, as sacreBLEU does: tokenizer 13a, case counts, exponential smoothing.",
            "",
            "Line i of each file of references is a good translation of what line i of the translations translates.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun score bleu output.txt reference.txt",
            "  gatun score bleu output.txt first.txt second.txt --json"
        })
final class ScoreBleuCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "TRANSLATIONS", description = "UTF-8 text, a segment a line.")
    private Path translations;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "REFERENCES", description = "UTF-8 text of as many lines; several for several references.")
    private List<Path> references;

    @Option(names = "--json", description = "Print one JSON object instead of sacreBLEU's line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<String> segments = lines(translations);
        List<List<String>> good = new ArrayList<>();
        for (Path file : references) {
            List<String> lines = lines(file);
            if (lines.size() != segments.size()) {
                throw new DataException(file + " has " + lines.size() + " lines, but " + translations + " has " + segments.size() + ": they must be as many");
            }
            good.add(lines);
        }
        Bleu bleu = new Bleu();
        for (int i = 0; i < segments.size(); i++) {
            int line = i;
            bleu.add(segments.get(i), good.stream().map(l -> l.get(line)).toList());
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? bleu.json() : bleu.toString());
        out.flush();
        return 0;
    }

    private static List<String> lines(Path file) throws IOException {
        if (!Files.isRegularFile(file)) throw new DataException(file + " does not exist: give a text file");
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.isEmpty()) throw new DataException(file + " is empty: expected a segment on each line");
            return lines;
        } catch (CharacterCodingException e) {
            throw new DataException(file + " is not UTF-8 text. Convert the file to UTF-8", e);
        }
    }
}
