package dev.gatun.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A place in a JSON file, which knows its name for errors.
 *
 * @param file the file
 * @param path where in it, {@code model.vocab} for example
 * @param node what is there; a missing node where there is nothing
 */
record Field(Path file, String path, JsonNode node) {
    /** A field of this object. */
    Field at(String name) {
        return new Field(file, path.isEmpty() ? name : path + "." + name, node.path(name));
    }

    /** The items of this array. */
    List<Field> items() {
        if (!node.isArray()) throw expected("an array");
        List<Field> out = new ArrayList<>();
        for (JsonNode n : node) out.add(new Field(file, path + "[" + out.size() + "]", n));
        return out;
    }

    /** Whether nothing, or null, is here. */
    boolean isAbsent() {
        return node.isMissingNode() || node.isNull();
    }

    /** The name that tells what this object is. */
    String type() {
        if (!node.isObject()) throw expected("an object with a \"type\"");
        return at("type").text();
    }

    String text() {
        if (!node.isTextual()) throw expected("a string");
        return node.textValue();
    }

    String text(String otherwise) {
        return isAbsent() ? otherwise : text();
    }

    /** A single character of the basic plane. */
    char character() {
        if (text().length() != 1) throw expected("a single character");
        return text().charAt(0);
    }

    boolean flag(boolean otherwise) {
        if (isAbsent()) return otherwise;
        if (!node.isBoolean()) throw expected("true or false");
        return node.booleanValue();
    }

    /** A whole number of at most {@code largest}, and 0 or more. */
    int number(int largest) {
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 0 || node.intValue() > largest) {
            throw expected("a whole number from 0 to " + largest);
        }
        return node.intValue();
    }

    int number(int largest, int otherwise) {
        return isAbsent() ? otherwise : number(largest);
    }

    /** The error of a field that is not what it must be. */
    TokenizerException expected(String what) {
        String found = node.isMissingNode() ? "nothing" : shorten(node.toString());
        return new TokenizerException(file, path.isEmpty() ? "the file" : path, "expected " + what + ", found " + found);
    }

    /** Something that came out of a file, short enough for a message. */
    static String shorten(String s) {
        return s.length() <= 120 ? s : s.substring(0, 117) + "...";
    }
}
