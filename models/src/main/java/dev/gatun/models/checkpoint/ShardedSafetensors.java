package dev.gatun.models.checkpoint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tensors spread over several safetensors files beside an index, as {@code model.safetensors.index.json} has them:
 * {@code {"weight_map": {"name of a tensor": "name of a file"}}}.
 */
public final class ShardedSafetensors implements WeightSource {
    private static final long LONGEST_INDEX = 64 << 20;
    private static final int MOST_FILES = 4096;
    private static final int MOST_TENSORS = 200_000;

    private final Path index;
    private final Map<String, Safetensors> owner = new LinkedHashMap<>();
    private final Map<String, Safetensors> files = new LinkedHashMap<>();

    private ShardedSafetensors(Path index) {
        this.index = index;
    }

    /**
     * Opens an index and all files that it names.
     *
     * @throws CheckpointException when the index is broken, names a file outside its folder or one that is not there,
     *     or places a tensor in a file that does not have it
     */
    public static ShardedSafetensors open(Path index) throws IOException {
        ShardedSafetensors s = new ShardedSafetensors(index);
        try {
            Map<String, String> places = s.read();
            for (Map.Entry<String, String> e : places.entrySet()) s.add(e.getKey(), e.getValue());
            return s;
        } catch (IOException | RuntimeException | Error e) {
            s.close();
            throw e;
        }
    }

    private Map<String, String> read() throws IOException {
        if (!Files.isRegularFile(index)) throw broken("file", "does not exist");
        if (Files.size(index) > LONGEST_INDEX) throw broken("file", "longer than " + LONGEST_INDEX + " bytes");
        Map<String, String> places = new LinkedHashMap<>();
        boolean found = false;
        JsonFactory factory = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
        byte[] bytes = Files.readAllBytes(index);
        try (JsonParser p = factory.createParser(bytes)) {
            if (p.nextToken() != JsonToken.START_OBJECT) throw broken("file", "expected a JSON object");
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String field = p.currentName();
                p.nextToken();
                if (field.equals("weight_map")) {
                    places(p, places);
                    found = true;
                } else p.skipChildren();
            }
            if (p.currentToken() != JsonToken.END_OBJECT || p.nextToken() != null) throw broken("file", "expected one JSON object and nothing after it");
        } catch (IOException e) { // of the parser: the bytes are in memory
            String reason = e instanceof JacksonException j ? j.getOriginalMessage() : e.getMessage();
            throw new CheckpointException(index, "file", "no valid JSON: " + reason, e);
        }
        if (!found || places.isEmpty()) throw broken("weight_map", "expected an object of tensors with their files, found none");
        return places;
    }

    private void places(JsonParser p, Map<String, String> places) throws IOException {
        if (p.currentToken() != JsonToken.START_OBJECT) throw broken("weight_map", "expected an object of tensors with their files");
        while (p.nextToken() == JsonToken.FIELD_NAME) {
            String name = p.currentName();
            if (p.nextToken() != JsonToken.VALUE_STRING) throw broken("weight_map." + name, "expected the name of a file");
            if (places.size() == MOST_TENSORS) throw broken("weight_map", "more than " + MOST_TENSORS + " tensors");
            places.put(name, p.getText());
        }
    }

    private void add(String tensor, String name) throws IOException {
        Safetensors file = files.get(name);
        if (file == null) {
            boolean plain = name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,200}");
            if (!plain) throw broken("weight_map." + tensor, "expected the name of a file in the same folder, found \"" + name.substring(0, Math.min(80, name.length())) + "\"");
            if (files.size() == MOST_FILES) throw broken("weight_map", "more than " + MOST_FILES + " files");
            file = Safetensors.open(index.resolveSibling(name));
            files.put(name, file);
        }
        if (!file.names().contains(tensor)) {
            throw new CheckpointException(file.file(tensor), tensor, "missing, though " + index.getFileName() + " places it here");
        }
        owner.put(tensor, file);
    }

    private CheckpointException broken(String field, String problem) {
        return new CheckpointException(index, field, problem);
    }

    private Safetensors owner(String name) {
        Safetensors file = owner.get(name);
        if (file == null) throw broken(name, "missing, expected a tensor of this name");
        return file;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(owner.keySet());
    }

    @Override
    public Path file(String name) {
        Safetensors file = owner.get(name);
        return file == null ? index : file.file(name);
    }

    @Override
    public List<Long> shape(String name) {
        return owner(name).shape(name);
    }

    @Override
    public void row(String name, long row, float[] into, int at) {
        owner(name).row(name, row, into, at);
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (Safetensors s : files.values()) {
            try {
                s.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) throw failure;
    }
}
