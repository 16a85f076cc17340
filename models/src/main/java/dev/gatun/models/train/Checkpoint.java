package dev.gatun.models.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.graph.ir.Input;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.checkpoint.Safetensors;
import dev.gatun.models.checkpoint.SafetensorsWriter;
import dev.gatun.models.layers.KeyValueCache;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A finished checkpoint: a folder with {@code weights.safetensors} (parameters and statistics), {@code
 * optimizer.safetensors} (all other states of the graph: the optimizer's, dropout's counter) and {@code
 * checkpoint.json} (step, seed, position in the data, names of the states, the configuration and its hash); with moving
 * averages of the parameters also {@code average.safetensors}, weights with these in the parameters' place; where the run
 * stops early ({@link TrainingSettings#patience}) also {@code best.safetensors}, the weights of the best validation so far.
 * A trainer put where a checkpoint stands goes on bit for bit as if it had never stopped, with any number of threads.
 *
 * @param path the folder
 * @param step number of steps done
 */
public record Checkpoint(Path path, long step) {
    /** Name of the best weights, in a checkpoint and in the folder of all checkpoints. */
    static final String BEST = "best.safetensors";

    private static final String FORMAT = "gatun-checkpoint";
    private static final int VERSION = 1;
    private static final String STEP = "step";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Parameters and statistics, and nothing else. */
    public Path weights() {
        return path.resolve("weights.safetensors");
    }

    private Path average() {
        return path.resolve("average.safetensors");
    }

    private Path best() {
        return path.resolve(BEST);
    }

    /** Whether it holds the weights of the best validation, which are then those to use the model with. */
    public boolean holdsBest() {
        return Files.exists(best());
    }

    /** The weights to use the model with: the best, where they are kept; else the averages, where there are any. */
    Path published() {
        if (holdsBest()) return best();
        return Files.exists(average()) ? average() : weights();
    }

    private Path optimizer() {
        return path.resolve("optimizer.safetensors");
    }

    private Path description() {
        return path.resolve("checkpoint.json");
    }

    private static Map<String, String> metadata(long step) {
        return Map.of("format", "gatun", STEP, Long.toString(step));
    }

    /** Writes the weights that validation saw. */
    static void writeBest(Path file, Trainer t) throws IOException {
        SafetensorsWriter.write(file, model(t, t.evaluated()), metadata(t.step()));
    }

    /**
     * Writes the files into a folder that is there.
     *
     * @param bestSoFar finished file of the best weights, where there is one; the checkpoint gets its content
     */
    void write(Trainer t, Path bestSoFar) throws IOException {
        Map<String, String> metadata = metadata(step);
        SafetensorsWriter.write(weights(), model(t, t.parameters()), metadata);
        SafetensorsWriter.write(optimizer(), rest(t), metadata);
        if (t.settings().averaging() > 0) SafetensorsWriter.write(average(), model(t, t.evaluated()), metadata);
        if (t.settings().patience() > 0 && Files.exists(bestSoFar)) AtomicFile.link(best(), bestSoFar);
        AtomicFile.write(description(), describe(t));
    }

    /** Parameters and statistics from the states that a tree finds them in. */
    private static List<SafetensorsWriter.Entry> model(Trainer t, ParameterTree tree) {
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        tree.types().forEach((name, type) -> entries.add(new SafetensorsWriter.Entry(name, type, t.executable().state(tree.state(name)))));
        return entries;
    }

    /** The states that are neither the model nor averages nor, between steps, nothing. */
    private static List<SafetensorsWriter.Entry> rest(Trainer t) {
        Set<String> model = t.parameters().types().keySet();
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        for (Input s : t.executable().states()) {
            if (s.name().startsWith(KeyValueCache.STATES)) continue; // texts do not go on over checkpoints
            if (model.contains(s.name()) || s.name().startsWith(TrainingGraph.AVERAGE) || s.name().startsWith(TrainingGraph.GRADIENT)) continue;
            entries.add(new SafetensorsWriter.Entry(s.name(), s.value().type(), t.executable().state(s.name())));
        }
        return entries;
    }

    private String describe(Trainer t) {
        ObjectNode config = RunConfig.identity(t);
        ObjectNode root = JSON.createObjectNode().put("format", FORMAT).put("version", VERSION).put(STEP, step).put("seconds", t.seconds());
        root.putObject("random").put("seed", t.settings().seed()).put("nextStep", step + 1);
        root.putObject("data").put("source", t.task().data()).put("nextBatch", step * t.settings().parts())
                .put("epoch", step * t.settings().parts() / t.task().batchesPerEpoch());
        var names = root.putArray("optimizer");
        rest(t).forEach(e -> names.add(e.name()));
        t.improvement().write(root.putObject("validation"));
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
        e.states().stream().filter(s -> s.name().startsWith(TrainingGraph.GRADIENT)).forEach(s -> e.state(s.name()).fill((byte) 0));
        try (Safetensors weights = Safetensors.open(weights()); Safetensors others = Safetensors.open(optimizer())) {
            for (SafetensorsWriter.Entry x : rest(t)) others.read(x.name(), x.type(), x.bytes());
            for (SafetensorsWriter.Entry x : model(t, t.parameters())) weights.read(x.name(), x.type(), x.bytes());
        }
        if (t.settings().averaging() > 0) {
            try (Safetensors averages = Safetensors.open(average())) {
                for (SafetensorsWriter.Entry x : model(t, t.evaluated())) averages.read(x.name(), x.type(), x.bytes());
            }
        }
        Path bestSoFar = path.resolveSibling(BEST);
        if (holdsBest()) AtomicFile.link(bestSoFar, best());
        else Files.deleteIfExists(bestSoFar); // of a step that this run has not done
        t.improvement().read(c.object("validation"));
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
        for (Path file : Files.exists(average()) ? List.of(weights(), optimizer(), average()) : List.of(weights(), optimizer())) {
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
