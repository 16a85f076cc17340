package dev.gatun.models.formats;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gatun.models.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A configuration in JSON. Reading a field checks it; errors name file and field.
 *
 * @param file where it is from
 * @param root its object
 */
record ConfigJson(Path file, JsonNode root) {
    private static final long LONGEST = 4 << 20;

    /** Reads a file. */
    static ConfigJson read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) throw new CheckpointException(file, "file", "does not exist");
        if (Files.size(file) > LONGEST) throw new CheckpointException(file, "file", "longer than " + LONGEST + " bytes");
        byte[] bytes = Files.readAllBytes(file);
        JsonNode root;
        try {
            root = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build().readTree(bytes);
        } catch (IOException e) { // of the parser: the bytes are in memory
            String reason = e instanceof JacksonException j ? j.getOriginalMessage() : e.getMessage();
            throw new CheckpointException(file, "file", "no valid JSON: " + reason, e);
        }
        if (root == null || !root.isObject()) throw new CheckpointException(file, "file", "expected a JSON object");
        return new ConfigJson(file, root);
    }

    /** Whether a field is there and not null. */
    boolean has(String field) {
        return root.hasNonNull(field);
    }

    String text(String field) {
        if (!root.path(field).isTextual()) throw wrong(field, "a string");
        return root.path(field).textValue();
    }

    String text(String field, String otherwise) {
        return has(field) ? text(field) : otherwise;
    }

    int number(String field) {
        JsonNode x = root.path(field);
        if (!x.isIntegralNumber() || !x.canConvertToInt()) throw wrong(field, "a whole number");
        return x.intValue();
    }

    int number(String field, int otherwise) {
        return has(field) ? number(field) : otherwise;
    }

    double real(String field, double otherwise) {
        if (!has(field)) return otherwise;
        if (!root.path(field).isNumber()) throw wrong(field, "a number");
        return root.path(field).doubleValue();
    }

    boolean flag(String field, boolean otherwise) {
        if (!has(field)) return otherwise;
        if (!root.path(field).isBoolean()) throw wrong(field, "true or false");
        return root.path(field).booleanValue();
    }

    /** An object in this one. */
    ConfigJson at(String field) {
        if (!root.path(field).isObject()) throw wrong(field, "an object");
        return new ConfigJson(file, root.path(field));
    }

    /** A field that is broken, or asks for what is not supported. */
    CheckpointException wrong(String field, String expected) {
        String found = root.path(field).isMissingNode() ? "nothing" : root.path(field).toString();
        return new CheckpointException(file, field, "expected " + expected + ", found " + found.substring(0, Math.min(found.length(), 80)));
    }
}
