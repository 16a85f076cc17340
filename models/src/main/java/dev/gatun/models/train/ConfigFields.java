package dev.gatun.models.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.models.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The fields of a JSON object in a file. Every one is checked as it is read, and errors name file and field. */
public final class ConfigFields {
    private static final long LONGEST = 64 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final JsonNode node;
    private final String place;

    private ConfigFields(Path file, JsonNode node, String place) {
        this.file = file;
        this.node = node;
        this.place = place;
    }

    /**
     * The object that a file holds.
     *
     * @throws CheckpointException when there is none
     */
    public static ConfigFields read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) throw new CheckpointException(file, "file", "does not exist");
        if (Files.size(file) > LONGEST) throw new CheckpointException(file, "file", "longer than " + LONGEST + " bytes");
        JsonNode root;
        try {
            root = JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new CheckpointException(file, "file", "no valid JSON: " + e.getOriginalMessage(), e);
        }
        if (root == null || !root.isObject()) throw new CheckpointException(file, "file", "expected a JSON object");
        return new ConfigFields(file, root, "");
    }

    /**
     * The object that a line holds.
     *
     * @param file that the line is of
     * @throws CheckpointException when there is none, naming the line
     */
    static ConfigFields read(Path file, String line, int number) {
        JsonNode root;
        try {
            root = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(file, "line " + number, "no valid JSON: " + e.getOriginalMessage(), e);
        }
        if (!root.isObject()) throw new CheckpointException(file, "line " + number, "expected a JSON object");
        return new ConfigFields(file, root, "line " + number + ", ");
    }

    /** Names of the fields. */
    public List<String> names() {
        return node.properties().stream().map(Map.Entry::getKey).toList();
    }

    /** A field's value in words: a string as it is, anything else as JSON. */
    public String shown(String field) {
        JsonNode x = node.path(field);
        return x.isTextual() ? x.textValue() : x.toString();
    }

    /** Whether a field is there. */
    public boolean has(String field) {
        return node.has(field);
    }

    /** An object in this one. */
    public ConfigFields object(String field) {
        JsonNode x = node.path(field);
        if (!x.isObject()) throw wrong(field, "an object", x);
        return new ConfigFields(file, x, place);
    }

    public String text(String field) {
        JsonNode x = node.path(field);
        if (!x.isTextual()) throw wrong(field, "a string", x);
        return x.textValue();
    }

    /** A whole number of 32 bits. */
    public int whole(String field) {
        JsonNode x = node.path(field);
        if (!x.isIntegralNumber() || !x.canConvertToInt()) throw wrong(field, "a whole number", x);
        return x.intValue();
    }

    /** A whole number of 64 bits. */
    public long count(String field) {
        JsonNode x = node.path(field);
        if (!x.isIntegralNumber() || !x.canConvertToLong()) throw wrong(field, "a whole number", x);
        return x.longValue();
    }

    /** A list of whole numbers of 32 bits. */
    public List<Integer> wholes(String field) {
        return list(field, "a list of whole numbers", x -> x.isIntegralNumber() && x.canConvertToInt(), JsonNode::intValue);
    }

    /** A list of numbers. */
    public List<Double> reals(String field) {
        return list(field, "a list of numbers", JsonNode::isNumber, JsonNode::doubleValue);
    }

    /** A list of objects. */
    public List<ConfigFields> objects(String field) {
        return list(field, "a list of objects", JsonNode::isObject, x -> new ConfigFields(file, x, place));
    }

    /** A list of strings. */
    public List<String> texts(String field) {
        return list(field, "a list of strings", JsonNode::isTextual, JsonNode::textValue);
    }

    private <T> List<T> list(String field, String expected, Predicate<JsonNode> rule, Function<JsonNode, T> value) {
        JsonNode x = node.path(field);
        if (!x.isArray()) throw wrong(field, expected, x);
        List<T> values = new ArrayList<>();
        for (JsonNode item : x) {
            if (!rule.test(item)) throw wrong(field, expected, item);
            values.add(value.apply(item));
        }
        return values;
    }

    public double real(String field) {
        JsonNode x = node.path(field);
        if (!x.isNumber()) throw wrong(field, "a number", x);
        return x.doubleValue();
    }

    public boolean flag(String field) {
        JsonNode x = node.path(field);
        if (!x.isBoolean()) throw wrong(field, "true or false", x);
        return x.booleanValue();
    }

    /** The object itself. */
    JsonNode tree() {
        return node;
    }

    /** A constant of an enumeration, in lower case. */
    public <E extends Enum<E>> E choice(String field, Class<E> type) {
        String name = text(field);
        return Arrays.stream(type.getEnumConstants())
                .filter(e -> e.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new CheckpointException(file, place + field, "expected " + Arrays.stream(type.getEnumConstants())
                        .map(e -> "\"" + e.name().toLowerCase(Locale.ROOT) + "\"").collect(Collectors.joining(" or ")) + ", found \"" + name + "\""));
    }

    private CheckpointException wrong(String field, String expected, JsonNode x) {
        String found = x.isMissingNode() ? "nothing" : Objects.toString(x).lines().findFirst().orElse("");
        return new CheckpointException(file, place + field, "expected " + expected + ", found " + found);
    }
}
