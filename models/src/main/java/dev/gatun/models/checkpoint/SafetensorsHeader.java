package dev.gatun.models.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The parsed and checked header of a safetensors file. */
final class SafetensorsHeader {
    /** Bits of one element. */
    private static final Map<String, Integer> BITS = Map.ofEntries(
            Map.entry("BOOL", 8), Map.entry("U8", 8), Map.entry("I8", 8), Map.entry("F8_E5M2", 8), Map.entry("F8_E4M3", 8),
            Map.entry("I16", 16), Map.entry("U16", 16), Map.entry("F16", 16), Map.entry("BF16", 16),
            Map.entry("I32", 32), Map.entry("U32", 32), Map.entry("F32", 32),
            Map.entry("I64", 64), Map.entry("U64", 64), Map.entry("F64", 64));
    private static final Set<String> FIELDS = Set.of("dtype", "shape", "data_offsets");
    private static final int MOST_DIMENSIONS = 32;
    /** More than any model has; keeps a header of many small entries from filling the memory. */
    private static final int MOST_TENSORS = 200_000;

    private final Path file;
    final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    final Map<String, String> metadata = new LinkedHashMap<>();

    private SafetensorsHeader(Path file) {
        this.file = file;
    }

    /**
     * Parses a header.
     *
     * @param json its bytes
     * @param dataBytes size of the rest of the file, which the tensors must fill
     */
    static SafetensorsHeader parse(Path file, byte[] json, long dataBytes) {
        SafetensorsHeader header = new SafetensorsHeader(file);
        JsonFactory factory = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
        try (JsonParser p = factory.createParser(json)) {
            header.expect(p.nextToken(), JsonToken.START_OBJECT, "header");
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String name = p.currentName();
                header.expect(p.nextToken(), JsonToken.START_OBJECT, name);
                if (header.tensors.size() == MOST_TENSORS) throw header.broken("header", "more than " + MOST_TENSORS + " tensors");
                if (name.equals("__metadata__")) header.readMetadata(p);
                else header.tensors.put(name, header.tensor(name, p));
            }
            if (p.currentToken() != JsonToken.END_OBJECT || p.nextToken() != null) {
                throw header.broken("header", "expected one JSON object and nothing after it");
            }
        } catch (IOException e) {
            throw new CheckpointException(file, "header", "no valid JSON: " + firstLine(e), e);
        }
        header.checkRanges(dataBytes);
        return header;
    }

    private static String firstLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private CheckpointException broken(String field, String problem) {
        return new CheckpointException(file, field, problem);
    }

    private void expect(JsonToken found, JsonToken expected, String field) {
        if (found != expected) throw broken(field, "expected " + expected + " in the header, found " + found);
    }

    private void readMetadata(JsonParser p) throws IOException {
        while (p.nextToken() == JsonToken.FIELD_NAME) {
            String name = p.currentName();
            expect(p.nextToken(), JsonToken.VALUE_STRING, "__metadata__." + name);
            if (metadata.size() == MOST_TENSORS) throw broken("__metadata__", "more than " + MOST_TENSORS + " texts");
            metadata.put(name, p.getText());
        }
        expect(p.currentToken(), JsonToken.END_OBJECT, "__metadata__");
    }

    private TensorInfo tensor(String name, JsonParser p) throws IOException {
        String dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (p.nextToken() == JsonToken.FIELD_NAME) {
            String field = p.currentName();
            if (!FIELDS.contains(field)) throw broken(name, "unknown field '" + field + "', expected " + FIELDS);
            p.nextToken();
            switch (field) {
                case "dtype" -> {
                    expect(p.currentToken(), JsonToken.VALUE_STRING, name + ".dtype");
                    dtype = p.getText();
                }
                case "shape" -> shape = numbers(name + ".shape", p);
                default -> offsets = numbers(name + ".data_offsets", p);
            }
        }
        expect(p.currentToken(), JsonToken.END_OBJECT, name);
        if (dtype == null || shape == null || offsets == null) throw broken(name, "expected the fields " + FIELDS);
        if (!BITS.containsKey(dtype)) throw broken(name, "unknown dtype '" + dtype + "'");
        if (offsets.size() != 2) throw broken(name, "expected two data_offsets, found " + offsets.size());
        TensorInfo info = new TensorInfo(name, dtype, shape, offsets.get(0), offsets.get(1));
        checkSize(info);
        return info;
    }

    private List<Long> numbers(String field, JsonParser p) throws IOException {
        expect(p.currentToken(), JsonToken.START_ARRAY, field);
        List<Long> list = new ArrayList<>();
        while (p.nextToken() == JsonToken.VALUE_NUMBER_INT) {
            if (list.size() == MOST_DIMENSIONS) throw broken(field, "more than " + MOST_DIMENSIONS + " numbers");
            long x = p.getLongValue();
            if (x < 0) throw broken(field, "a negative number, " + x);
            list.add(x);
        }
        expect(p.currentToken(), JsonToken.END_ARRAY, field);
        return list;
    }

    private void checkSize(TensorInfo t) {
        long bytes;
        try {
            long bits = BITS.get(t.dtype());
            for (long d : t.shape()) bits = Math.multiplyExact(bits, d);
            bytes = bits / 8;
        } catch (ArithmeticException e) {
            throw new CheckpointException(file, t.name(), "a shape beyond all memory: " + t.shape(), e);
        }
        if (t.end() < t.begin() || t.bytes() != bytes) {
            throw broken(t.name(), t.dtype() + t.shape() + " needs " + bytes + " bytes, its data_offsets are "
                    + t.begin() + ".." + t.end());
        }
    }

    /** Tensors lie one after another without gap or overlap and fill the file. */
    private void checkRanges(long dataBytes) {
        List<TensorInfo> sorted = new ArrayList<>(tensors.values());
        sorted.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        long at = 0;
        for (TensorInfo t : sorted) {
            if (t.begin() != at) throw broken(t.name(), "expected its data to start at " + at + ", where the one before ends, found " + t.begin());
            at = t.end();
        }
        if (at != dataBytes) {
            throw broken("data", "expected " + at + " bytes by the header, found " + dataBytes
                    + (dataBytes < at ? ": the file is truncated" : ""));
        }
    }
}
