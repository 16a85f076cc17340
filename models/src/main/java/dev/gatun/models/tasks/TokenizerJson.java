package dev.gatun.models.tasks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.text.ByteTokenizer;
import dev.gatun.models.text.CharTokenizer;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.Tokenizer;
import dev.gatun.models.train.ConfigFields;
import java.io.IOException;
import java.nio.file.Path;

/** The file {@code tokenizer.json} of a run folder, or beside token shards. */
public final class TokenizerJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TokenizerJson() {}

    static Path in(Path folder) {
        return folder.resolve("tokenizer.json");
    }

    /** Writes the file: in Hugging Face's form for subwords, in a form of its own for characters and bytes. */
    public static void write(Path folder, Tokenizer tokenizer) throws IOException {
        if (tokenizer instanceof SubwordTokenizer subwords) {
            subwords.write(in(folder));
            return;
        }
        ObjectNode root = JSON.createObjectNode().put("kind", tokenizer.kind());
        if (tokenizer instanceof CharTokenizer c) root.put("characters", c.characters());
        AtomicFile.write(in(folder), root.toPrettyString() + "\n");
    }

    /**
     * Reads and checks the file.
     *
     * @param vocabulary number of tokens that the model has; one of subwords may have fewer
     */
    static Tokenizer read(Path folder, int vocabulary) throws IOException {
        Path file = in(folder);
        Tokenizer t = read(folder);
        boolean fits = t instanceof SubwordTokenizer ? t.vocabulary() <= vocabulary : t.vocabulary() == vocabulary;
        if (!fits) {
            throw new CheckpointException(file, "vocabulary", "expected " + vocabulary + " tokens, found " + t.vocabulary());
        }
        return t;
    }

    /**
     * Reads the file.
     *
     * @throws CheckpointException when it is missing or broken
     */
    public static Tokenizer read(Path folder) throws IOException {
        Path file = in(folder);
        ConfigFields fields = ConfigFields.read(file);
        if (!fields.has("kind") && fields.has("model")) return SubwordTokenizer.read(file);
        String kind = fields.text("kind");
        try {
            return switch (kind) {
                case "byte" -> new ByteTokenizer();
                case "char" -> new CharTokenizer(fields.text("characters"));
                default -> throw new CheckpointException(file, "kind", "expected \"char\" or \"byte\", found \"" + kind + "\"");
            };
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file, "characters", e.getMessage(), e);
        }
    }
}
