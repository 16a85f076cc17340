package dev.gatun.tools;

import dev.gatun.models.data.documents.Cleaning;
import dev.gatun.models.data.documents.Documents;
import dev.gatun.models.data.documents.TextFilter;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun clean}. */
@Command(
        name = "clean",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Drops documents that are not worth training on, and says why.",
            "",
            "A document is a line of a .jsonl file, a row of a .parquet file, or another file as a whole. What is kept is "
                    + "written as lines of JSON with a field text.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun clean --data crawl.jsonl --duplicates near --quality --language en --out clean.jsonl",
            "  gatun clean --data notes/ --min-length 200 --out notes.jsonl"
        })
final class CleanCommand implements Callable<Integer> {
    /** Which documents count as there twice. */
    enum Duplicates {
        NONE,
        EXACT,
        NEAR
    }

    @Mixin
    private DocumentOptions documents;

    @Option(names = "--min-length", paramLabel = "N", defaultValue = "1", description = "Shortest document, in characters. Default: 1.")
    private int least;

    @Option(names = "--max-length", paramLabel = "N", description = "Longest document, in characters. Default: any.")
    private Integer most;

    @Option(
            names = "--language",
            paramLabel = "CODE",
            split = ",",
            description = "Languages to keep, en,de for example; guessed from script and frequent words. Default: all.")
    private Set<String> languages = Set.of();

    @Option(names = "--quality", description = "Drop what reads like menus, tables or noise.")
    private boolean quality;

    @Option(
            names = "--duplicates",
            paramLabel = "KIND",
            defaultValue = "exact",
            description = "exact (the same text), near (also texts that share most of their runs of five words) or none. Default: exact.")
    private Duplicates duplicates;

    @Option(names = "--similarity", paramLabel = "X", defaultValue = "0.8", description = "From here on texts are near duplicates, 0 to 1. Default: 0.8.")
    private double similarity;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "File to write, .jsonl.")
    private Path out;

    @Option(names = "--overwrite", description = "Allow --out to name a file that exists.")
    private boolean overwrite;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<TextFilter> filters = new ArrayList<>();
        filters.add(new TextFilter.Length(least, most == null ? Integer.MAX_VALUE : most));
        if (!languages.isEmpty()) filters.add(new TextFilter.Languages(languages));
        if (quality) filters.add(new TextFilter.Quality());
        if (!(similarity > 0 && similarity <= 1)) throw new IllegalArgumentException("--similarity must lie in (0,1], got " + similarity);
        if (Files.isDirectory(out)) throw new IllegalArgumentException("--out " + out + " is a folder: name a file");
        if (Files.exists(out) && !overwrite) throw new IllegalArgumentException("--out " + out + " exists: choose another file, or allow --overwrite");
        Path folder = out.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) throw new IllegalArgumentException("--out: the folder " + folder + " does not exist");
        Cleaning cleaning = new Cleaning(filters, duplicates != Duplicates.NONE,
                duplicates == Duplicates.NEAR ? Optional.of(similarity) : Optional.empty());
        Documents all = documents.open();
        report(cleaning.run(all, out), all);
        return 0;
    }

    private void report(Cleaning.Report r, Documents all) {
        PrintWriter w = spec.commandLine().getOut();
        w.printf(Locale.ROOT, "documents %,d%n", r.documents());
        w.printf(Locale.ROOT, "kept      %,d, %,d characters%n", r.kept(), r.characters());
        r.dropped().forEach((reason, n) -> w.printf(Locale.ROOT, "dropped   %,d: %s (%s%s)%n", n, reason,
                String.join(", ", r.examples().get(reason)), n > r.examples().get(reason).size() ? " ..." : ""));
        DocumentOptions.printMissing(w, all);
        w.printf("output    %s%n", out);
        w.flush();
    }
}
