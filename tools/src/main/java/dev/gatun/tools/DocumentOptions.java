package dev.gatun.tools;

import dev.gatun.models.data.Text;
import dev.gatun.models.data.documents.Documents;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Documents to work through. */
final class DocumentOptions {
    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE|DIR",
            description = "UTF-8 text, .jsonl or .parquet: a file, or a folder of files.")
    private Path data;

    @Option(
            names = "--field",
            paramLabel = "NAME",
            defaultValue = "text",
            description = "What holds the text: a field of .jsonl lines, a column of .parquet files. Default: text.")
    private String field;

    Documents open() {
        return Documents.of(data, field);
    }

    /** All of them as one text. */
    Text text() {
        return Text.of(data, field);
    }

    /** Says what was passed over, once the documents were read. */
    static void printMissing(PrintWriter out, Documents documents) {
        if (documents.missing() > 0) out.printf(Locale.ROOT, "skipped   %,d rows without text%n", documents.missing());
    }
}
