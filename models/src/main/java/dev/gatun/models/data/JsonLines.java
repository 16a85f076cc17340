package dev.gatun.models.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.NoSuchElementException;

/**
 * The texts in a file with an object of JSON on each line, by the name of a field. Empty lines are passed over. The file
 * is open until its end is reached.
 */
public final class JsonLines implements TextRows {
    private static final int LONGEST_LINE = 1 << 26;

    private final Path file;
    private final String field;
    private final BufferedReader in;
    private final JsonFactory json = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(LONGEST_LINE).build())
            .build();
    private long line;
    private long given;
    private String ahead;

    /**
     * Opens a file.
     *
     * @throws DataException when it cannot be read, or its first line is broken
     */
    public JsonLines(Path file, String field) {
        this.file = file;
        this.field = field;
        try {
            in = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        }
        try {
            ahead = read();
        } catch (DataException e) {
            close();
            throw e;
        }
    }

    /** Whether a file's name says that it has lines of JSON. */
    public static boolean isOne(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".jsonl") || name.endsWith(".ndjson");
    }

    @Override
    public long row() {
        return given;
    }

    /** None: a line without the field is broken. */
    @Override
    public long missing() {
        return 0;
    }

    @Override
    public boolean hasNext() {
        return ahead != null;
    }

    @Override
    public String next() {
        if (ahead == null) throw new NoSuchElementException();
        String text = ahead;
        given = line;
        ahead = read();
        return text;
    }

    @Override
    public void close() {
        ahead = null;
        try {
            in.close();
        } catch (IOException e) {
            throw new DataException(file + " cannot be closed: " + e.getMessage(), e);
        }
    }

    private String read() {
        try {
            for (String s = readLine(); s != null; s = readLine()) {
                line++;
                if (line == 1 && s.startsWith("\uFEFF")) s = s.substring(1);
                if (!s.isBlank()) return text(s);
            }
            in.close();
            return null;
        } catch (CharacterCodingException e) {
            throw new DataException(file + ":" + (line + 1) + ": expected UTF-8 text", e);
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** A line without its end; bounded, as {@link BufferedReader#readLine} is not. */
    private String readLine() throws IOException {
        StringBuilder s = new StringBuilder();
        int c = in.read();
        if (c < 0) return null;
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (s.length() == LONGEST_LINE) throw broken("expected at most " + LONGEST_LINE + " characters");
            s.append((char) c);
        }
        return s.toString();
    }

    private DataException broken(String problem) {
        return new DataException(file + ":" + (line == 0 ? 1 : line) + ": " + problem);
    }

    private String text(String s) {
        String found = null;
        try (JsonParser p = json.createParser(s)) {
            if (p.nextToken() != JsonToken.START_OBJECT) throw broken("expected an object of JSON");
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = p.currentName().equals(field);
                JsonToken value = p.nextToken();
                if (wanted && value != JsonToken.VALUE_STRING) throw broken("field \"" + field + "\": expected a string, found " + value);
                if (wanted) found = p.getText();
                else p.skipChildren();
            }
            if (p.currentToken() != JsonToken.END_OBJECT || p.nextToken() != null) throw broken("expected one object and nothing after it");
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new DataException(file + ":" + line + ": no valid JSON: " + reason.substring(0, Math.min(reason.length(), 120)), e);
        }
        if (found == null) throw broken("field \"" + field + "\": missing, name the field that holds the text");
        return found;
    }
}
