package dev.gatun.models.formats;

import dev.gatun.models.checkpoint.CheckpointException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The metadata of a GGUF file: values by key. Arrays stay in the file until they are asked for. */
final class GgufMetadata {
    private static final int LONGEST_KEY = 1 << 16;
    private static final int LONGEST_TEXT = 1 << 22;
    private static final int LONGEST_LIST = 1 << 22;

    /** The types of values, by their number in the file. */
    private enum Kind {
        U8(1), I8(1), U16(2), I16(2), U32(4), I32(4), F32(4), BOOL(1), TEXT(0), ARRAY(0), U64(8), I64(8), F64(8);

        private final int bytes;

        Kind(int bytes) {
            this.bytes = bytes;
        }
    }

    /** An array that was passed over: its elements start at a place. */
    private record Items(Kind kind, long count, long start) {}

    private final GgufCursor cursor;
    private final Map<String, Object> values = new HashMap<>();

    private GgufMetadata(GgufCursor cursor) {
        this.cursor = cursor;
    }

    static GgufMetadata read(GgufCursor at, long fields) {
        GgufMetadata m = new GgufMetadata(at);
        for (long i = 0; i < fields; i++) {
            String key = at.text("key " + i, LONGEST_KEY);
            Object value = m.value(key, m.kind(key));
            if (m.values.put(key, value) != null) throw at.broken(key, "stands twice");
        }
        return m;
    }

    private Kind kind(String key) {
        int number = cursor.i32(key);
        if (number < 0 || number >= Kind.values().length) {
            throw cursor.broken(key, "expected a type from 0 to " + (Kind.values().length - 1) + ", found " + Integer.toUnsignedString(number));
        }
        return Kind.values()[number];
    }

    private Object value(String key, Kind kind) {
        return switch (kind) {
            case TEXT -> cursor.text(key, LONGEST_TEXT);
            case ARRAY -> items(key);
            default -> scalar(cursor, key, kind);
        };
    }

    private static Object scalar(GgufCursor at, String key, Kind kind) {
        return switch (kind) {
            case U8 -> (long) (at.i8(key) & 0xFF);
            case I8 -> (long) at.i8(key);
            case U16 -> (long) (at.i16(key) & 0xFFFF);
            case I16 -> (long) at.i16(key);
            case U32 -> at.i32(key) & 0xFFFFFFFFL;
            case I32 -> (long) at.i32(key);
            case U64, I64 -> at.i64(key);
            case F32 -> (double) Float.intBitsToFloat(at.i32(key));
            case F64 -> Double.longBitsToDouble(at.i64(key));
            case BOOL -> at.i8(key) != 0;
            case TEXT, ARRAY -> throw new IllegalArgumentException(key);
        };
    }

    private Items items(String key) {
        Kind kind = kind(key);
        if (kind == Kind.ARRAY) throw cursor.broken(key, "expected no array of arrays");
        long count = cursor.count(key, Long.MAX_VALUE);
        long start = cursor.position();
        if (kind == Kind.TEXT) {
            for (long i = 0; i < count; i++) cursor.skip(key, cursor.i64(key));
        } else {
            if (count > Long.MAX_VALUE / kind.bytes) throw cursor.broken(key, "an array beyond all files, of " + count + " elements");
            cursor.skip(key, count * kind.bytes);
        }
        return new Items(kind, count, start);
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    private CheckpointException wrong(String key, String expected) {
        Object x = values.get(key);
        String found = x == null ? "nothing" : x instanceof Items i ? "an array of " + i.count : String.valueOf(x);
        return cursor.broken(key, "expected " + expected + ", found " + found.substring(0, Math.min(found.length(), 80)));
    }

    String text(String key) {
        if (values.get(key) instanceof String s) return s;
        throw wrong(key, "a string");
    }

    String text(String key, String otherwise) {
        return has(key) ? text(key) : otherwise;
    }

    int number(String key) {
        if (values.get(key) instanceof Long n && n >= Integer.MIN_VALUE && n <= Integer.MAX_VALUE) return n.intValue();
        throw wrong(key, "a whole number of 32 bits");
    }

    int number(String key, int otherwise) {
        return has(key) ? number(key) : otherwise;
    }

    double real(String key, double otherwise) {
        if (!has(key)) return otherwise;
        if (values.get(key) instanceof Number n) return n.doubleValue();
        throw wrong(key, "a number");
    }

    boolean flag(String key, boolean otherwise) {
        if (!has(key)) return otherwise;
        if (values.get(key) instanceof Boolean b) return b;
        throw wrong(key, "true or false");
    }

    private Items list(String key) {
        if (!(values.get(key) instanceof Items i)) throw wrong(key, "an array");
        if (i.count > LONGEST_LIST) throw wrong(key, "at most " + LONGEST_LIST + " elements");
        return i;
    }

    List<String> texts(String key) {
        Items items = list(key);
        if (items.kind != Kind.TEXT) throw wrong(key, "an array of strings");
        GgufCursor at = cursor.at(items.start);
        List<String> list = new ArrayList<>();
        for (long i = 0; i < items.count; i++) list.add(at.text(key + "[" + i + "]", LONGEST_KEY));
        return list;
    }

    List<Integer> numbers(String key) {
        Items items = list(key);
        GgufCursor at = cursor.at(items.start);
        List<Integer> list = new ArrayList<>();
        for (long i = 0; i < items.count; i++) {
            if (items.kind == Kind.TEXT || !(scalar(at, key, items.kind) instanceof Long n) || n.intValue() != n) {
                throw wrong(key, "an array of whole numbers of 32 bits");
            }
            list.add(n.intValue());
        }
        return list;
    }
}
