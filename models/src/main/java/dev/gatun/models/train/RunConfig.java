package dev.gatun.models.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.models.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The file {@code config.json} of a run folder, and what two runs must share to be the same run. */
final class RunConfig {
    private static final String FORMAT = "gatun-run";
    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private RunConfig() {}

    /**
     * The file's text.
     *
     * @param arguments of the command that started the run
     */
    static String of(Trainer t, List<String> arguments) {
        ObjectNode root = JSON.createObjectNode().put("format", FORMAT).put("version", VERSION);
        root.setAll(identity(t));
        ((ObjectNode) root.get("training")).put("steps", t.settings().steps()).put("data", t.task().data());
        arguments.forEach(root.putArray("arguments")::add);
        return root.toPrettyString() + "\n";
    }

    /** The file's text for a model that no run has trained. */
    static String of(String kind, Map<String, Object> sizes) {
        ObjectNode root = JSON.createObjectNode().put("format", FORMAT).put("version", VERSION);
        ObjectNode model = root.putObject("model").put("kind", kind);
        sizes.forEach((name, value) -> model.set(name, JSON.valueToTree(value)));
        root.putArray("arguments");
        return root.toPrettyString() + "\n";
    }

    /** All that the numbers of a run depend on. How long it is and how often it validates is not part of it. */
    static ObjectNode identity(Trainer t) {
        Task task = t.task();
        TrainingSettings s = t.settings();
        ObjectNode root = JSON.createObjectNode();
        ObjectNode model = root.putObject("model").put("kind", task.kind());
        task.sizes().forEach((name, value) -> model.set(name, JSON.valueToTree(value)));
        root.putObject("training")
                .put("batch", task.batch())
                .put("seed", s.seed())
                .put("clip", s.clip())
                .put("optimizer", s.optimizer().toString())
                .put("learningRate", s.learningRate().toString())
                .put("parts", s.parts())
                .put("averaging", s.averaging())
                .put("groups", s.groups().toString())
                .put("precision", t.precision())
                .put("dataVersion", task.dataVersion().isEmpty() ? task.data() : task.dataVersion());
        return root;
    }

    /** SHA-256 of a configuration, in hexadecimal digits; the order of its fields does not matter. */
    static String hash(JsonNode config) {
        try {
            byte[] text = flat(config).toString().getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /** Where two configurations differ, in words. */
    static String difference(JsonNode saved, JsonNode here) {
        Map<String, String> a = flat(saved);
        Map<String, String> b = flat(here);
        TreeSet<String> names = new TreeSet<>(a.keySet());
        names.addAll(b.keySet());
        List<String> found = new ArrayList<>();
        for (String name : names) {
            String was = a.getOrDefault(name, "nothing");
            String is = b.getOrDefault(name, "nothing");
            if (!was.equals(is)) found.add(name + " was " + was + " and is " + is);
        }
        return found.isEmpty() ? "its hash does not fit its fields" : String.join(", ", found);
    }

    private static Map<String, String> flat(JsonNode config) {
        Map<String, String> flat = new TreeMap<>();
        config.properties().forEach(part -> part.getValue().properties()
                .forEach(field -> flat.put(part.getKey() + "." + field.getKey(), field.getValue().toString())));
        return flat;
    }

    /** A file of this format. */
    static ConfigFields read(Path file) throws IOException {
        ConfigFields c = ConfigFields.read(file);
        if (!c.text("format").equals(FORMAT)) {
            throw new CheckpointException(file, "format", "expected \"" + FORMAT + "\": no run folder of gatun");
        }
        if (c.whole("version") != VERSION) {
            throw new CheckpointException(file, "version", "expected " + VERSION + ", found " + c.whole("version"));
        }
        return c;
    }
}
