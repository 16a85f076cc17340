package dev.gatun.models.data.documents;

import dev.gatun.graph.ops.Philox;
import dev.gatun.models.data.DataException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Replaces words by others that mean the same, from a table. */
public final class Synonyms {
    private static final int STREAM = 0x73796E6F; // "syno"
    private static final Pattern WORD = Pattern.compile("\\p{L}+");
    private static final long LARGEST = 1L << 28;

    private final Map<String, List<String>> table;

    private Synonyms(Map<String, List<String>> table) {
        this.table = table;
    }

    /**
     * Reads a table: on each line a word, a tab, and synonyms with commas between them. Empty lines and such that start with
     * {@code #} are passed over.
     *
     * @throws DataException naming file and line
     */
    public static Synonyms read(Path file) {
        Map<String, List<String>> table = new HashMap<>();
        try {
            if (Files.size(file) > LARGEST) throw new DataException(file + ": expected at most " + LARGEST + " bytes");
            int number = 0;
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                number++;
                if (line.isBlank() || line.startsWith("#")) continue;
                String[] parts = line.split("\t", -1);
                if (parts.length != 2 || parts[0].isBlank()) throw new DataException(file + ":" + number + ": expected a word, a tab and its synonyms");
                List<String> all = List.of(parts[1].split(",")).stream().map(String::strip).filter(s -> !s.isEmpty()).toList();
                if (all.isEmpty()) throw new DataException(file + ":" + number + ": expected a synonym behind the tab");
                if (table.put(parts[0].strip().toLowerCase(Locale.ROOT), all) != null) throw new DataException(file + ":" + number + ": the word stands twice");
            }
        } catch (CharacterCodingException e) {
            throw new DataException(file + " is not UTF-8 text", e);
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        }
        if (table.isEmpty()) throw new DataException(file + " holds no words");
        return new Synonyms(table);
    }

    /** Number of words that have synonyms. */
    public int words() {
        return table.size();
    }

    /**
     * The text with some of its words replaced; a capital at the start is kept.
     *
     * @param rate probability of replacing a word that has synonyms, in [0,1]
     * @param number of the text in training: the same seed and number give the same text
     */
    public String replace(String text, double rate, long seed, long number) {
        if (!(rate >= 0 && rate <= 1)) throw new IllegalArgumentException("the rate must lie in [0,1], got " + rate);
        StringBuilder out = new StringBuilder();
        Matcher m = WORD.matcher(text);
        int word = 0;
        while (m.find()) {
            List<String> all = table.get(m.group().toLowerCase(Locale.ROOT));
            double u = uniform(seed, number, 2 * word);
            int choice = all == null ? 0 : (int) (uniform(seed, number, 2 * word + 1) * all.size());
            word++;
            String other = all == null || u >= rate ? m.group() : all.get(choice);
            if (Character.isUpperCase(m.group().charAt(0)) && !other.equals(m.group())) {
                other = other.substring(0, 1).toUpperCase(Locale.ROOT) + other.substring(1);
            }
            m.appendReplacement(out, Matcher.quoteReplacement(other));
        }
        return m.appendTail(out).toString();
    }

    private static double uniform(long seed, long number, int index) {
        long x = Philox.word((int) number, (int) (number >>> 32), index, STREAM, (int) seed, (int) (seed >>> 32), 0) & 0xFFFFFFFFL;
        return x * 0x1p-32;
    }
}
