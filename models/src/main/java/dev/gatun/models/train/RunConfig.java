package dev.gatun.models.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.text.ByteTokenizer;
import dev.gatun.models.text.CharTokenizer;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/** The JSON files of a run folder: reading checks every field. */
final class RunConfig {
    private static final String FORMAT = "gatun-run";
    private static final int VERSION = 1;
    private static final long LONGEST = 64 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final JsonNode root;

    private RunConfig(Path file) throws IOException {
        this.file = file;
        if (!Files.isRegularFile(file)) throw new CheckpointException(file, "file", "does not exist");
        if (Files.size(file) > LONGEST) throw new CheckpointException(file, "file", "longer than " + LONGEST + " bytes");
        try {
            root = JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new CheckpointException(file, "file", "no valid JSON: " + e.getOriginalMessage(), e);
        }
        if (root == null || !root.isObject()) throw new CheckpointException(file, "file", "expected a JSON object");
    }

    static String model(GptConfig c, TrainingSettings s, long step, String data) {
        ObjectNode root = JSON.createObjectNode().put("format", FORMAT).put("version", VERSION);
        root.putObject("model")
                .put("kind", "gpt")
                .put("vocabulary", c.vocabulary())
                .put("context", c.context())
                .put("layers", c.layers())
                .put("heads", c.heads())
                .put("width", c.width())
                .put("positions", c.positions().name().toLowerCase(Locale.ROOT))
                .put("dropout", c.dropout());
        root.putObject("training")
                .put("step", step)
                .put("steps", s.steps())
                .put("batch", s.batch())
                .put("seed", s.seed())
                .put("clip", s.clip())
                .put("optimizer", s.optimizer().toString())
                .put("learningRate", s.learningRate().toString())
                .put("data", data);
        return root.toPrettyString() + "\n";
    }

    static GptConfig readModel(Path file) throws IOException {
        RunConfig c = new RunConfig(file);
        if (!c.text(c.root, "format").equals(FORMAT)) {
            throw new CheckpointException(file, "format", "expected \"" + FORMAT + "\": no run folder of gatun");
        }
        if (c.number(c.root, "version") != VERSION) {
            throw new CheckpointException(file, "version", "expected " + VERSION + ", found " + c.number(c.root, "version"));
        }
        JsonNode m = c.root.path("model");
        if (!c.text(m, "kind").equals("gpt")) throw new CheckpointException(file, "model.kind", "expected \"gpt\"");
        try {
            return new GptConfig(c.number(m, "vocabulary"), c.number(m, "context"), c.number(m, "layers"),
                    c.number(m, "heads"), c.number(m, "width"), c.positions(m), c.real(m, "dropout"));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file, "model", e.getMessage(), e);
        }
    }

    static String tokenizer(Tokenizer t) {
        ObjectNode root = JSON.createObjectNode().put("kind", t.kind());
        if (t instanceof CharTokenizer c) root.put("characters", c.characters());
        return root.toPrettyString() + "\n";
    }

    static Tokenizer readTokenizer(Path file) throws IOException {
        RunConfig c = new RunConfig(file);
        if (!c.root.has("kind") && c.root.has("model")) return SubwordTokenizer.read(file);
        String kind = c.text(c.root, "kind");
        try {
            return switch (kind) {
                case "byte" -> new ByteTokenizer();
                case "char" -> new CharTokenizer(c.text(c.root, "characters"));
                default -> throw new CheckpointException(file, "kind", "expected \"char\" or \"byte\", found \"" + kind + "\"");
            };
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file, "characters", e.getMessage(), e);
        }
    }

    private String text(JsonNode node, String field) {
        JsonNode x = node.path(field);
        if (!x.isTextual()) throw new CheckpointException(file, field, "expected a string" + found(x));
        return x.textValue();
    }

    private int number(JsonNode node, String field) {
        JsonNode x = node.path(field);
        if (!x.isIntegralNumber() || !x.canConvertToInt()) {
            throw new CheckpointException(file, field, "expected a whole number" + found(x));
        }
        return x.intValue();
    }

    private double real(JsonNode node, String field) {
        JsonNode x = node.path(field);
        if (!x.isNumber()) throw new CheckpointException(file, field, "expected a number" + found(x));
        return x.doubleValue();
    }

    private GptConfig.Positions positions(JsonNode node) {
        String name = text(node, "positions");
        return Arrays.stream(GptConfig.Positions.values())
                .filter(p -> p.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new CheckpointException(file, "positions", "expected \"learned\" or \"rotary\", found \"" + name + "\""));
    }

    private static String found(JsonNode x) {
        return x.isMissingNode() ? ", found nothing" : ", found " + Objects.toString(x).lines().findFirst().orElse("");
    }
}
