package dev.gatun.models.formats;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes GGUF files byte by byte, by the format's description. */
final class GgufWriter {
    private final int version;
    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private final Map<String, Weights.Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, Integer> types = new LinkedHashMap<>();

    GgufWriter(int version, String architecture) {
        this.version = version;
        put("general.architecture", architecture);
    }

    /** A value: Integer (u32), Float, Boolean, String, or a List of Strings or Integers (i32). */
    GgufWriter put(String key, Object value) {
        metadata.put(key, value);
        return this;
    }

    /** A tensor {@code [out, in]} in a type of ggml: 0 f32, 1 f16, 2 q4_0, 8 q8_0, 30 bf16. */
    GgufWriter tensor(String name, Weights.Tensor t, int type) {
        tensors.put(name, t);
        types.put(name, type);
        return this;
    }

    Path write(Path file) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {'G', 'G', 'U', 'F'});
        out.writeBytes(i32(version));
        out.writeBytes(i64(tensors.size()));
        out.writeBytes(i64(metadata.size()));
        metadata.forEach((k, v) -> {
            out.writeBytes(text(k));
            value(out, v);
        });
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors.forEach((name, t) -> {
            out.writeBytes(text(name));
            out.writeBytes(i32(t.shape().length));
            for (int i = t.shape().length - 1; i >= 0; i--) out.writeBytes(i64(t.shape()[i]));
            out.writeBytes(i32(types.get(name)));
            while (data.size() % 32 != 0) data.write(0);
            out.writeBytes(i64(data.size()));
            data.writeBytes(encoded(t.values(), types.get(name)));
        });
        while (out.size() % 32 != 0) out.write(0);
        out.writeBytes(data.toByteArray());
        return Files.write(file, out.toByteArray());
    }

    private static void value(ByteArrayOutputStream out, Object v) {
        switch (v) {
            case Integer i -> {
                out.writeBytes(i32(4));
                out.writeBytes(i32(i));
            }
            case Float f -> {
                out.writeBytes(i32(6));
                out.writeBytes(i32(Float.floatToIntBits(f)));
            }
            case Boolean b -> {
                out.writeBytes(i32(7));
                out.write(b ? 1 : 0);
            }
            case String s -> {
                out.writeBytes(i32(8));
                out.writeBytes(text(s));
            }
            case List<?> list -> {
                boolean texts = list.getFirst() instanceof String;
                out.writeBytes(i32(9));
                out.writeBytes(i32(texts ? 8 : 5));
                out.writeBytes(i64(list.size()));
                for (Object x : list) out.writeBytes(texts ? text((String) x) : i32((Integer) x));
            }
            default -> throw new IllegalArgumentException(String.valueOf(v));
        }
    }

    private static byte[] i32(int x) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(x).array();
    }

    private static byte[] i64(long x) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(x).array();
    }

    private static byte[] text(String s) {
        byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + utf8.length).order(ByteOrder.LITTLE_ENDIAN).putLong(utf8.length).put(utf8).array();
    }

    private static byte[] encoded(float[] x, int type) {
        ByteBuffer out = ByteBuffer.allocate(4 * x.length).order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case 0 -> {
                for (float v : x) out.putFloat(v);
            }
            case 1 -> {
                for (float v : x) out.putShort(Float.floatToFloat16(v));
            }
            case 30 -> {
                for (float v : x) out.putShort((short) (Float.floatToIntBits(v) >>> 16));
            }
            default -> {
                for (int b = 0; b < x.length; b += 32) block(out, x, b, type);
            }
        }
        return java.util.Arrays.copyOf(out.array(), out.position());
    }

    private static void block(ByteBuffer out, float[] x, int at, int type) {
        float scale = scale(x, at, type);
        out.putShort(Float.floatToFloat16(scale));
        if (type == 8) {
            for (int i = 0; i < 32; i++) out.put((byte) step(x[at + i], scale, type));
        } else {
            for (int i = 0; i < 16; i++) {
                out.put((byte) (step(x[at + i], scale, type) + 8 | step(x[at + i + 16], scale, type) + 8 << 4));
            }
        }
    }

    private static float scale(float[] x, int at, int type) {
        float most = 0;
        for (int i = 0; i < 32; i++) most = Math.max(most, Math.abs(x[at + i]));
        return Float.float16ToFloat(Float.floatToFloat16(most / (type == 8 ? 127 : 7)));
    }

    private static int step(float x, float scale, int type) {
        int most = type == 8 ? 127 : 7;
        return Math.clamp(Math.round(x / scale), -most, most);
    }

    /** What numbers become by being stored in a type. */
    static float[] rounded(float[] x, int type) {
        float[] y = x.clone();
        for (int i = 0; i < x.length; i++) {
            y[i] = switch (type) {
                case 1 -> Float.float16ToFloat(Float.floatToFloat16(x[i]));
                case 30 -> Float.intBitsToFloat(Float.floatToIntBits(x[i]) & 0xFFFF0000);
                case 2, 8 -> {
                    float scale = scale(x, i / 32 * 32, type);
                    yield scale * step(x[i], scale, type);
                }
                default -> x[i];
            };
        }
        return y;
    }
}
