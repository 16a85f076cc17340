package dev.gatun.models.artifact;

import dev.gatun.models.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A file of plain numbers: text if it ends in .txt or .csv, else little-endian binary of 4 bytes each. */
record NumberFile(Path path) {
    /**
     * Reads f32.
     *
     * @throws IllegalArgumentException when the file holds something else, or not so many
     */
    float[] floats(long elements) throws IOException {
        float[] values;
        if (isText()) {
            String[] words = words();
            values = new float[words.length];
            try {
                for (int i = 0; i < values.length; i++) values[i] = Float.parseFloat(words[i]);
            } catch (NumberFormatException e) {
                throw noNumber(e);
            }
        } else {
            ByteBuffer bytes = bytes();
            values = new float[bytes.remaining() / Float.BYTES];
            bytes.asFloatBuffer().get(values);
        }
        check(values.length, elements);
        return values;
    }

    /**
     * Reads i32.
     *
     * @throws IllegalArgumentException when the file holds something else, or not so many
     */
    int[] ints(long elements) throws IOException {
        int[] values;
        if (isText()) {
            try {
                values = Arrays.stream(words()).mapToInt(Integer::parseInt).toArray();
            } catch (NumberFormatException e) {
                throw noNumber(e);
            }
        } else {
            ByteBuffer bytes = bytes();
            values = new int[bytes.remaining() / Integer.BYTES];
            bytes.asIntBuffer().get(values);
        }
        check(values.length, elements);
        return values;
    }

    void write(float[] values) throws IOException {
        ByteBuffer bytes = empty(values.length);
        bytes.asFloatBuffer().put(values);
        AtomicFile.write(path, isText() ? line(text(values)) : bytes.array());
    }

    void write(int[] values) throws IOException {
        ByteBuffer bytes = empty(values.length);
        bytes.asIntBuffer().put(values);
        AtomicFile.write(path, isText() ? line(text(values)) : bytes.array());
    }

    static String text(float[] values) {
        return IntStream.range(0, values.length).mapToObj(i -> Float.toString(values[i])).collect(Collectors.joining(" "));
    }

    static String text(int[] values) {
        return Arrays.stream(values).mapToObj(Integer::toString).collect(Collectors.joining(" "));
    }

    private boolean isText() {
        String name = path.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".txt") || name.endsWith(".csv");
    }

    private String[] words() throws IOException {
        return new String(Files.readAllBytes(path), StandardCharsets.UTF_8).strip().split("[\\s,;]+");
    }

    private ByteBuffer bytes() throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        if (bytes.length % 4 != 0) throw new IllegalArgumentException(path + " has " + bytes.length + " bytes, no multiple of 4: it holds no such numbers");
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void check(int found, long needed) {
        if (found != needed) throw new IllegalArgumentException(path + " holds " + found + " numbers, needed are " + needed);
    }

    private IllegalArgumentException noNumber(NumberFormatException e) {
        return new IllegalArgumentException(path + " holds something that is no such number: " + e.getMessage(), e);
    }

    private static ByteBuffer empty(int values) {
        return ByteBuffer.allocate(Math.multiplyExact(values, 4)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] line(String text) {
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
