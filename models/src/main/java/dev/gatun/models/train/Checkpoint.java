package dev.gatun.models.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.graph.ir.Input;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.checkpoint.Safetensors;
import dev.gatun.models.checkpoint.SafetensorsWriter;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A finished checkpoint: a folder with {@code weights.safetensors} (parameters and statistics), {@code
 * optimizer.safetensors} (all other states of the graph: the optimizer's, dropout's counter) and {@code
 * checkpoint.json} (step, seed, position in the data, names of the states, the configuration and its hash). A trainer
 * put where a checkpoint stands goes on bit for bit as if it had never stopped, with any number of threads.
 *
 * @param path the folder
 * @param step number of steps done
 */
public record Checkpoint(Path path, long step) {
    private static final String FORMAT = "gatun-checkpoint";
    private static final int VERSION = 1;
    private static final String STEP = "step";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Parameters and statistics, and nothing else. */
    public Path weights() {
        return path.resolve("weights.safetensors");
    }

    private Path optimizer() {
        return path.resolve("optimizer.safetensors");
    }

    private Path description() {
        return path.resolve("checkpoint.json");
    }

    /** Writes the files into a folder that is there. */
    void write(Trainer t) throws IOException {
        Map<String, String> metadata = Map.of("format", "gatun", STEP, Long.toString(step));
        SafetensorsWriter.write(weights(), entries(t, false), metadata);
        SafetensorsWriter.write(optimizer(), entries(t, true), metadata);
        AtomicFile.write(description(), describe(t));
    }

    /** The states that are the model, or those that are not. */
    private static List<SafetensorsWriter.Entry> entries(Trainer t, boolean rest) {
        Set<String> model = t.parameters().types().keySet();
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        for (Input s : t.executable().states()) {
            if (model.contains(s.name()) == rest) continue;
            entries.add(new SafetensorsWriter.Entry(s.name(), s.value().type(), t.executable().state(s.name())));
        }
        return entries;
    }

    private String describe(Trainer t) {
        ObjectNode config = RunConfig.identity(t);
        ObjectNode root = JSON.createObjectNode().put("format", FORMAT).put("version", VERSION).put(STEP, step).put("seconds", t.seconds());
        root.putObject("random").put("seed", t.settings().seed()).put("nextStep", step + 1);
        root.putObject("data").put("source", t.task().data()).put("nextBatch", step).put("epoch", step / t.task().batchesPerEpoch());
        var names = root.putArray("optimizer");
        entries(t, true).forEach(e -> names.add(e.name()));
        root.put("configHash", RunConfig.hash(config)).set("config", config);
        return root.toPrettyString() + "\n";
    }

    /**
     * Puts a trainer where this checkpoint stands.
     *
     * @throws CheckpointException when a file is missing or broken, or the trainer's configuration is another; the trainer
     *     is then of no more use
     */
    public void restore(Trainer t) throws IOException {
        ConfigFields c = check();
        ObjectNode config = RunConfig.identity(t);
        if (!c.text("configHash").equals(RunConfig.hash(config))) {
            throw new CheckpointException(description(), "configHash", "the checkpoint is of another configuration: "
                    + RunConfig.difference(c.object("config").tree(), config) + ". Resume with the settings that it was made with");
        }
        Executable e = t.executable();
        Set<String> model = t.parameters().types().keySet();
        try (Safetensors weights = Safetensors.open(weights()); Safetensors rest = Safetensors.open(optimizer())) {
            for (Input s : e.states()) {
                (model.contains(s.name()) ? weights : rest).read(s.name(), s.value().type(), e.state(s.name()));
            }
        }
        t.resumeAt(step, c.real("seconds"));
    }

    /**
     * Checks that the files are there, whole, and of this step.
     *
     * @throws CheckpointException naming what is wrong
     */
    public ConfigFields check() throws IOException {
        ConfigFields c = ConfigFields.read(description());
        if (!c.text("format").equals(FORMAT)) throw new CheckpointException(description(), "format", "expected \"" + FORMAT + "\"");
        if (c.whole("version") != VERSION) {
            throw new CheckpointException(description(), "version", "expected " + VERSION + ", found " + c.whole("version"));
        }
        if (c.count(STEP) != step) throw new CheckpointException(description(), STEP, "expected " + step + ", found " + c.count(STEP));
        for (Path file : List.of(weights(), optimizer())) {
            try (Safetensors s = Safetensors.open(file)) {
                String found = s.metadata().get(STEP);
                if (!Long.toString(step).equals(found)) {
                    throw new CheckpointException(file, STEP, "expected " + step + " in the metadata, found " + found);
                }
            }
        }
        return c;
    }
}
