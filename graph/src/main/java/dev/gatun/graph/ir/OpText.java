package dev.gatun.graph.ir;

import dev.gatun.graph.ops.Body;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Ops as text, {@code Slice[axis=1, from=0, to=8]}, driven by their record components. */
public final class OpText {
    private OpText() {}

    /** The record of a name; only that class is loaded. */
    private static Class<?> type(String name, String text) {
        boolean plain = !name.isEmpty() && name.chars().allMatch(Character::isLetterOrDigit);
        try {
            Class<?> type = plain ? Class.forName(Op.class.getPackageName() + "." + name, false, Op.class.getClassLoader()) : null;
            if (type != null && type.isRecord() && Op.class.isAssignableFrom(type)) return type;
        } catch (ClassNotFoundException | LinkageError e) {
            throw new GraphException("unknown op " + name + "; known are " + names(Op.class, new TreeSet<>()), e);
        }
        throw new GraphException("unknown op " + (plain ? name : text) + "; known are " + names(Op.class, new TreeSet<>()));
    }

    private static Set<String> names(Class<?> sealed, Set<String> found) {
        for (Class<?> c : sealed.getPermittedSubclasses()) {
            if (c.isRecord()) found.add(c.getSimpleName());
            else names(c, found);
        }
        return found;
    }

    /** An op as text. */
    public static String print(Op op) {
        String text = op.toString(); // a record prints Name[a=1, b=2]
        return text.endsWith("[]") ? text.substring(0, text.length() - 2) : text.replaceAll("(?<=\\d), (?=-?\\d)", ",");
    }

    /**
     * Reads an op back.
     *
     * @throws GraphException when the text is no op
     */
    public static Op parse(String text) {
        int open = text.indexOf('[');
        String name = open < 0 ? text : text.substring(0, open);
        Class<?> type = type(name, text);
        List<String> parts = open < 0 ? List.of() : split(text.substring(open + 1, text.length() - 1));
        RecordComponent[] components = type.getRecordComponents();
        if (parts.size() != components.length) {
            throw new GraphException(name + " has " + components.length + " attributes, got " + parts.size());
        }
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            String prefix = components[i].getName() + "=";
            if (!parts.get(i).startsWith(prefix)) throw new GraphException(name + ": expected " + prefix + "...");
            values[i] = value(components[i].getType(), parts.get(i).substring(prefix.length()));
        }
        try {
            Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
            return (Op) type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new GraphException(name + ": " + (e.getCause() == null ? e : e.getCause()).getMessage(), e);
        }
    }

    /** Splits at commas outside brackets and braces. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? ',' : text.charAt(i);
            if (c == '[' || c == '{') depth++;
            if (c == ']' || c == '}') depth--;
            if (c == ',' && depth == 0) {
                parts.add(text.substring(start, i).strip());
                start = i + 1;
            }
        }
        return parts;
    }

    private static Object value(Class<?> type, String text) {
        if (type == int.class) return Integer.valueOf(text);
        if (type == double.class) return Double.valueOf(text);
        if (type == boolean.class) return Boolean.valueOf(text);
        if (type == DType.class) return dtype(text);
        if (type == Shape.class) return new Shape(ints(text));
        if (type == TensorType.class) return type(text);
        if (type == List.class) return ints(text);
        if (type == Body.class) return GraphText.parseInline(text.substring(1, text.length() - 1));
        if (Op.class.isAssignableFrom(type)) return parse(text);
        for (Object constant : type.getEnumConstants()) {
            if (constant.toString().equals(text)) return constant;
        }
        throw new GraphException("no " + type.getSimpleName() + ": " + text);
    }

    private static List<Integer> ints(String text) {
        String inside = text.substring(1, text.length() - 1);
        return inside.isBlank() ? List.of() : Arrays.stream(inside.split(",")).map(s -> Integer.valueOf(s.strip())).toList();
    }

    private static DType dtype(String text) {
        for (DType d : DType.values()) {
            if (d.toString().equals(text)) return d;
        }
        throw new GraphException("no element type: " + text + "; known are " + Arrays.toString(DType.values()).toLowerCase(Locale.ROOT));
    }

    /** A type from its text, {@code f32[2,3]}. */
    static TensorType type(String text) {
        int open = text.indexOf('[');
        if (open < 0 || !text.endsWith("]")) throw new GraphException("no tensor type: " + text);
        return new TensorType(dtype(text.substring(0, open)), new Shape(ints(text.substring(open))));
    }
}
