package dev.gatun.models.train;

import dev.gatun.graph.types.TensorType;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.checkpoint.Safetensors;
import dev.gatun.models.checkpoint.SafetensorsWriter;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder that a run leaves: {@code config.json}, {@code weights.safetensors}, the folder {@code checkpoints} to go on
 * training ({@link Checkpoint}), {@code metrics.csv}, {@code journal.jsonl}, {@code loss.svg}, {@code report.html}, and what
 * the task adds, such as {@code tokenizer.json}. The weights are those of the last step, as averages where there are any; of
 * a run that stops early those of its best validation. Each file is replaced as a whole; what was there stays until the new
 * one is on disk.
 */
public final class RunFolder {
    /** Checkpoints kept unless something else is asked for. */
    public static final int KEEP = 2;

    private final Path path;
    private final Checkpoints checkpoints;
    private boolean begun;

    private RunFolder(Path path, boolean begun) {
        this.path = path;
        this.begun = begun;
        checkpoints = new Checkpoints(path.resolve("checkpoints"));
    }

    /**
     * Prepares a folder for a new run.
     *
     * @param overwrite also take a folder that holds a run
     * @throws CheckpointException when the folder holds anything else, holds a run that may not be overwritten, or
     *     cannot be written
     */
    public static RunFolder create(Path path, boolean overwrite) {
        try {
            if (Files.isDirectory(path) && !isEmpty(path)) {
                if (!Files.isRegularFile(path.resolve("config.json"))) {
                    throw new CheckpointException(path, "output folder", "is not empty and holds no run; choose another folder");
                }
                if (!overwrite) {
                    throw new CheckpointException(path, "output folder", "already holds a run; choose another folder, or allow overwriting it");
                }
                RunConfig.read(path.resolve("config.json"));
            }
            Files.createDirectories(path);
            Files.delete(Files.createTempFile(path, ".probe", ".tmp"));
        } catch (FileAlreadyExistsException e) {
            throw new CheckpointException(path, "output folder", "is a file; choose another place", e);
        } catch (IOException e) {
            throw new CheckpointException(path, "output folder", "cannot be written: " + reason(e) + "; choose another place", e);
        }
        return new RunFolder(path, false);
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName().replace("Exception", "") + " " + e.getMessage();
    }

    /** Whether there is nothing but what a stopped process may have left half-written. */
    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(e -> e.getFileName().toString()).allMatch(n -> n.startsWith(".") && n.endsWith(".tmp"));
        }
    }

    /**
     * Opens the folder of a finished or interrupted run.
     *
     * @throws CheckpointException when it is none
     */
    public static RunFolder open(Path path) {
        if (!Files.isDirectory(path)) throw new CheckpointException(path, "run folder", "does not exist");
        if (!isRun(path)) throw new CheckpointException(path, "run folder", "has no config.json, so it holds no run of gatun");
        return new RunFolder(path, true);
    }

    /** Whether a folder holds a run, as far as its {@code config.json} tells. */
    public static boolean isRun(Path path) {
        return Files.isRegularFile(path.resolve("config.json"));
    }

    public Path path() {
        return path;
    }

    /** Where the metrics go. */
    public Path metrics() {
        return path.resolve("metrics.csv");
    }

    /** Where notes go: starts, samples, what classes were taken for, energy. */
    public Path journal() {
        return path.resolve("journal.jsonl");
    }

    /** Where the page goes that shows the run. */
    public Path report() {
        return path.resolve("report.html");
    }

    /** Where the picture of the losses goes. */
    public Path lossCurve() {
        return path.resolve("loss.svg");
    }

    /** Where model and training are described. */
    public Path config() {
        return path.resolve("config.json");
    }

    /** Where the weights are. */
    public Path weights() {
        return path.resolve("weights.safetensors");
    }

    /**
     * Starts a run: removes what an earlier one left and describes the new one, so that it can be resumed from its first
     * checkpoint on.
     *
     * @param arguments of the command that starts it, kept for {@link #arguments}
     */
    public void begin(Trainer trainer, List<String> arguments) throws IOException {
        checkpoints.deleteAll();
        Files.deleteIfExists(weights());
        trainer.task().save(path);
        AtomicFile.write(config(), RunConfig.of(trainer, arguments));
        begun = true;
    }

    /** Saves a checkpoint, keeps the last {@link #KEEP}, and makes its weights those of the run. */
    public Checkpoint save(Trainer trainer) throws IOException {
        return save(trainer, KEEP);
    }

    /**
     * Saves a checkpoint and makes its weights those of the run.
     *
     * @param keep how many of the latest checkpoints are left, at least 1
     * @throws CheckpointException when it cannot be written, on a full disk say; the last good one is kept
     */
    public Checkpoint save(Trainer trainer, int keep) throws IOException {
        if (keep < 1) throw new IllegalArgumentException("at least 1 checkpoint must be kept, got " + keep);
        if (!begun) begin(trainer, List.of());
        CheckpointEvent event = new CheckpointEvent();
        event.begin();
        Checkpoint c = checkpoints.write(trainer, keep);
        AtomicFile.link(weights(), c.published());
        event.end();
        System.getLogger("dev.gatun.train").log(Level.DEBUG, () -> "checkpoint of step " + trainer.step() + " saved in " + c.path());
        if (event.shouldCommit()) {
            event.folder = path.toString();
            event.step = trainer.step();
            event.commit();
        }
        return c;
    }

    /**
     * Keeps the weights that validation saw last as the best ones: with {@link TrainingSettings#patience}, {@link #save}
     * makes them those of the run, however long it goes on. For a listener, after a validation that was the best so far.
     *
     * @throws CheckpointException when they cannot be written
     */
    public void keepBest(Trainer trainer) throws IOException {
        if (!begun) begin(trainer, List.of());
        checkpoints.writeBest(trainer);
    }

    /**
     * Makes this the folder of a model that was not trained here. What is beside the weights, such as a tokenizer, must be
     * written before.
     *
     * @param kind short name of the kind of model
     * @param sizes what a model of this kind is built with
     * @param parameters of the model
     * @param filler gives the weights, f32
     */
    public void saveModel(String kind, Map<String, Object> sizes, ParameterTree parameters, SafetensorsWriter.Filler filler)
            throws IOException {
        checkpoints.deleteAll();
        SafetensorsWriter.write(weights(), parameters.types(), Map.of("format", "gatun"), filler);
        AtomicFile.write(config(), RunConfig.of(kind, sizes));
        begun = true;
    }

    /** Finished checkpoints, by step. */
    public List<Checkpoint> checkpoints() throws IOException {
        return checkpoints.finished();
    }

    /** The finished checkpoint with the most steps. */
    public Optional<Checkpoint> latest() throws IOException {
        return checkpoints.latest();
    }

    /**
     * Puts a trainer where the latest checkpoint stands; leaves it at its start when there is none yet.
     *
     * @return the step that it stands at
     * @throws CheckpointException when the checkpoint is broken or of another configuration
     */
    public long resume(Trainer trainer) throws IOException {
        Optional<Checkpoint> c = latest();
        if (c.isPresent()) c.get().restore(trainer);
        return trainer.step();
    }

    /** Short name of the kind of model. */
    public String kind() throws IOException {
        return sizes().text("kind");
    }

    /** All of {@code config.json}. */
    public ConfigFields description() throws IOException {
        return RunConfig.read(config());
    }

    /** What the model is built with. */
    public ConfigFields sizes() throws IOException {
        return RunConfig.read(config()).object("model");
    }

    /** Arguments of the command that started the run; empty when a program did. */
    public List<String> arguments() throws IOException {
        ConfigFields config = RunConfig.read(config());
        return config.has("arguments") ? config.texts("arguments") : List.of();
    }

    /** Checks that the weights are all there and of the model's shapes, without reading them. */
    public void checkWeights(ParameterTree parameters) throws IOException {
        try (Safetensors file = Safetensors.open(weights())) {
            parameters.types().forEach(file::check);
        }
    }

    /** Reads the weights, and the statistics that belong to them, into an executable's states, as the tree names them. */
    public void readWeights(ParameterTree parameters, Executable executable) throws IOException {
        try (Safetensors file = Safetensors.open(weights())) {
            for (Map.Entry<String, TensorType> p : parameters.types().entrySet()) {
                file.read(p.getKey(), p.getValue(), executable.state(parameters.state(p.getKey())));
            }
        }
    }
}
