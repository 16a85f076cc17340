package dev.gatun.models.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code tokenizer.json}: vocabulary and merges as a stream, the rest as a tree. Sizes are bounded: of the file,
 * of strings, of nesting, of the tree, of token numbers.
 */
final class TokenizerFile {
    private static final long LARGEST_FILE = 1L << 26;
    private static final int LARGEST_TREE = 2_000_000; // JSON tokens outside of vocabulary and merges
    private static final int MOST_MERGES = 1 << 21;
    private static final int LONGEST_TOKEN = 1 << 16;
    private final Path file;
    private final JsonParser json;
    private final ObjectNode settings;
    private final Map<String, Integer> vocabulary = new HashMap<>();
    private final List<String> pairs = new ArrayList<>(); // left, right, left, right ...

    private TokenizerFile(Path file, JsonParser json, ObjectNode settings) {
        this.file = file;
        this.json = json;
        this.settings = settings;
    }

    private static JsonFactory factory() {
        return JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(64).maxStringLength(1 << 20).maxNameLength(LONGEST_TOKEN).maxNumberLength(32).build())
                .build();
    }

    static Definition read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > LARGEST_FILE) {
            throw new TokenizerException(file, "the file", "expected at most " + LARGEST_FILE + " bytes, found " + size);
        }
        ObjectMapper mapper = new ObjectMapper(factory());
        try (InputStream in = Files.newInputStream(file); JsonParser json = new Counting(mapper.createParser(in), file)) {
            TokenizerFile f = new TokenizerFile(file, json, mapper.createObjectNode());
            f.file();
            return new Definition(file, f.settings, f.vocabulary, f.merges());
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null ? "the file"
                    : "line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
            throw new TokenizerException(file, where, "expected JSON: " + Field.shorten(e.getOriginalMessage()), e);
        } catch (CharConversionException e) {
            throw new TokenizerException(file, "the file", "expected JSON in UTF-8: " + Field.shorten(e.getMessage()), e);
        }
    }

    /** Counts what goes into the tree, so that a small file cannot fill the memory. */
    private static final class Counting extends JsonParserDelegate {
        private final Path file;
        private int inTree;

        Counting(JsonParser json, Path file) {
            super(json);
            this.file = file;
        }

        @Override
        public JsonToken nextToken() throws IOException {
            JsonToken t = super.nextToken();
            if (t != null && ++inTree > LARGEST_TREE) {
                throw new TokenizerException(file, "the file", "expected at most " + LARGEST_TREE
                        + " values outside of the vocabulary and the merges, found more");
            }
            return t;
        }

        /** The next one, of a part that is not kept as a tree. */
        JsonToken nextOfStream() throws IOException {
            return super.nextToken();
        }
    }

    private JsonToken next() throws IOException {
        return ((Counting) json).nextOfStream();
    }

    private void file() throws IOException {
        if (next() != JsonToken.START_OBJECT) throw wrong("the file", "an object");
        while (next() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            next();
            if (name.equals("model")) model();
            else if (List.of("added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "version").contains(name)) {
                settings.set(name, tree());
            } else skip();
        }
        if (next() != null) throw wrong("the file", "nothing behind the object");
        if (!settings.has("model")) throw new TokenizerException(file, "model", "expected an object, found nothing");
    }

    private JsonNode tree() throws IOException {
        return json.readValueAsTree();
    }

    /** Passes over a part, counting what is in it. */
    private void skip() throws IOException {
        if (!json.currentToken().isStructStart()) return;
        for (int depth = 1; depth > 0;) {
            JsonToken t = json.nextToken();
            if (t == null) return;
            if (t.isStructStart()) depth++;
            else if (t.isStructEnd()) depth--;
        }
    }

    private void model() throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) throw wrong("model", "an object");
        ObjectNode model = settings.putObject("model");
        while (next() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            next();
            switch (name) {
                case "vocab" -> vocabulary();
                case "merges" -> pairs();
                default -> model.set(name, tree());
            }
        }
        if (vocabulary.isEmpty()) throw new TokenizerException(file, "model.vocab", "expected an object of tokens with their numbers, found none");
        if (!model.has("type")) model.put("type", pairs.isEmpty() ? "WordPiece" : "BPE"); // old files do not say
    }

    private void vocabulary() throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) throw wrong("model.vocab", "an object of tokens with their numbers");
        Map<Integer, String> tokens = new HashMap<>();
        while (next() == JsonToken.FIELD_NAME) {
            String token = json.currentName();
            String field = "model.vocab[\"" + Field.shorten(token) + "\"]";
            if (next() != JsonToken.VALUE_NUMBER_INT) throw wrong(field, "a whole number");
            long id = json.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? -1 : json.getLongValue();
            if (id < 0 || id >= Definition.LARGEST_VOCABULARY) {
                throw wrong(field, "a number from 0 to " + (Definition.LARGEST_VOCABULARY - 1));
            }
            String other = tokens.put((int) id, token);
            if (other != null) {
                throw new TokenizerException(file, field, "expected a number of its own, but \"" + Field.shorten(other) + "\" has " + id + " too");
            }
            vocabulary.put(token, (int) id);
        }
    }

    private void pairs() throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) throw wrong("model.merges", "an array of pairs of tokens");
        for (JsonToken t = next(); t != JsonToken.END_ARRAY; t = next()) {
            String field = "model.merges[" + pairs.size() / 2 + "]";
            if (pairs.size() / 2 == MOST_MERGES) throw wrong(field, "at most " + MOST_MERGES + " merges");
            if (t == JsonToken.VALUE_STRING) {
                String pair = json.getText();
                int space = pair.indexOf(' ');
                if (space <= 0 || space != pair.lastIndexOf(' ') || space == pair.length() - 1) {
                    throw wrong(field, "two tokens with a space between them");
                }
                pairs.add(pair.substring(0, space));
                pairs.add(pair.substring(space + 1));
            } else {
                if (t != JsonToken.START_ARRAY) throw wrong(field, "a pair of tokens");
                for (int i = 0; i < 2; i++) {
                    if (next() != JsonToken.VALUE_STRING) throw wrong(field, "a pair of tokens");
                    pairs.add(json.getText());
                }
                if (next() != JsonToken.END_ARRAY) throw wrong(field, "two tokens and no more");
            }
        }
    }

    private TokenizerException wrong(String field, String expected) throws IOException {
        JsonToken t = json.currentToken();
        String found = t == null ? "the end of the file" : t.isStructStart() || t.isStructEnd() ? t.asString() : "\"" + json.getText() + "\"";
        return new TokenizerException(file, field, "expected " + expected + ", found " + Field.shorten(found));
    }

    /** Looks up the pairs: the vocabulary may stand behind them. */
    private LongMap merges() {
        int n = pairs.size() / 2;
        LongMap merges = new LongMap(n);
        String prefix = new Field(file, "model", settings.get("model")).at("continuing_subword_prefix").text("");
        for (int rank = 0; rank < n; rank++) {
            String left = pairs.get(2 * rank);
            String right = pairs.get(2 * rank + 1);
            String joined = left + (right.startsWith(prefix) ? right.substring(prefix.length()) : right);
            merges.put(LongMap.pair(token(rank, left), token(rank, right)), LongMap.pair(rank, token(rank, joined)));
        }
        pairs.clear();
        return merges;
    }

    private int token(int rank, String token) {
        Integer id = vocabulary.get(token);
        if (id == null) {
            throw new TokenizerException(file, "model.merges[" + rank + "]",
                    "expected tokens of the vocabulary, found \"" + Field.shorten(token) + "\", which is not in it");
        }
        return id;
    }
}
