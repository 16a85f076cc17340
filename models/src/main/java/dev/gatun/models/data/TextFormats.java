package dev.gatun.models.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The kinds of files that hold many texts.
 *
 * @param formats asked in their order
 */
public record TextFormats(List<TextFormat> formats) {
    public TextFormats {
        formats = List.copyOf(formats);
    }

    /** Lines of JSON, and what libraries on the class path or module path bring. */
    public static TextFormats standard() {
        List<TextFormat> all = new ArrayList<>(List.of(new OfJson()));
        ServiceLoader.load(TextFormat.class).forEach(all::add);
        return new TextFormats(all);
    }

    /**
     * The texts of a file.
     *
     * @param field name of what holds the text
     * @return empty for a file that is one text as a whole
     * @throws DataException when the file is broken, or of a kind whose library is absent
     */
    public Optional<TextRows> open(Path file, String field) {
        for (TextFormat f : formats) {
            if (f.reads(file)) return Optional.of(f.open(file, field));
        }
        if (file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".parquet")) {
            throw new DataException(file + " is a Parquet file: add the library dev.gatun:gatun-parquet to the class path to read it");
        }
        return Optional.empty();
    }

    /** {@link JsonLines}. */
    private record OfJson() implements TextFormat {
        @Override
        public boolean reads(Path file) {
            return JsonLines.isOne(file);
        }

        @Override
        public TextRows open(Path file, String field) {
            return new JsonLines(file, field);
        }
    }
}
