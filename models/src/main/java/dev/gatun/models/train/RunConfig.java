package dev.gatun.models.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.models.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Path;

/** The file {@code config.json} of a run folder. */
final class RunConfig {
    private static final String FORMAT = "gatun-run";
    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private RunConfig() {}

    static String of(Task task, TrainingSettings s, long step) {
        ObjectNode root = JSON.createObjectNode().put("format", FORMAT).put("version", VERSION);
        ObjectNode model = root.putObject("model").put("kind", task.kind());
        task.sizes().forEach((name, value) -> model.set(name, JSON.valueToTree(value)));
        root.putObject("training")
                .put("step", step)
                .put("steps", s.steps())
                .put("batch", task.batch())
                .put("seed", s.seed())
                .put("clip", s.clip())
                .put("optimizer", s.optimizer().toString())
                .put("learningRate", s.learningRate().toString())
                .put("data", task.data());
        return root.toPrettyString() + "\n";
    }

    /** The part that describes the model, of a file of this format. */
    static ConfigFields model(Path file) throws IOException {
        ConfigFields c = ConfigFields.read(file);
        if (!c.text("format").equals(FORMAT)) {
            throw new CheckpointException(file, "format", "expected \"" + FORMAT + "\": no run folder of gatun");
        }
        if (c.whole("version") != VERSION) {
            throw new CheckpointException(file, "version", "expected " + VERSION + ", found " + c.whole("version"));
        }
        return c.object("model");
    }
}
