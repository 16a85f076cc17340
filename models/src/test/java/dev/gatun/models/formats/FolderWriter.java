package dev.gatun.models.formats;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes safetensors files byte by byte, by the format's description. */
final class FolderWriter {
    private FolderWriter() {}

    /** One file. */
    static Path file(Path file, Map<String, Weights.Tensor> tensors, String dtype) throws IOException {
        StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors.forEach((name, t) -> {
            int begin = data.size();
            for (float x : t.values()) data.writeBytes(bytes(x, dtype));
            header.append(",\"").append(name).append("\":{\"dtype\":\"").append(dtype).append("\",\"shape\":")
                    .append(Arrays.toString(t.shape())).append(",\"data_offsets\":[").append(begin).append(',').append(data.size()).append("]}");
        });
        byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer all = ByteBuffer.allocate(8 + json.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
        return Files.write(file, all.putLong(json.length).put(json).put(data.toByteArray()).array());
    }

    private static byte[] bytes(float x, String dtype) {
        return switch (dtype) {
            case "F32" -> ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(x).array();
            case "F16" -> ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(Float.floatToFloat16(x)).array();
            case "BF16" -> ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort((short) (Float.floatToIntBits(x) >>> 16)).array();
            case "F64" -> ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(x).array();
            default -> throw new IllegalArgumentException(dtype);
        };
    }

    /** A folder with one file of weights. */
    static Path folder(Path folder, String config, Weights weights, String dtype) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), config);
        file(folder.resolve("model.safetensors"), weights.tensors, dtype);
        return folder;
    }

    /** A folder with the weights dealt out to several files. */
    static Path sharded(Path folder, String config, Weights weights, String dtype, int shards) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), config);
        List<Map<String, Weights.Tensor>> parts = new ArrayList<>();
        for (int i = 0; i < shards; i++) parts.add(new LinkedHashMap<>());
        StringBuilder index = new StringBuilder("{\"metadata\":{\"total_size\":1},\"weight_map\":{");
        int n = 0;
        for (Map.Entry<String, Weights.Tensor> t : weights.tensors.entrySet()) {
            parts.get(n % shards).put(t.getKey(), t.getValue());
            index.append(n == 0 ? "" : ",").append('"').append(t.getKey()).append("\":\"").append(name(n % shards, shards)).append('"');
            n++;
        }
        for (int i = 0; i < shards; i++) file(folder.resolve(name(i, shards)), parts.get(i), dtype);
        Files.writeString(folder.resolve("model.safetensors.index.json"), index.append("}}"));
        return folder;
    }

    private static String name(int i, int shards) {
        return String.format("model-%05d-of-%05d.safetensors", i + 1, shards);
    }
}
