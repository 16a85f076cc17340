package dev.gatun.models.train;

import dev.gatun.graph.ir.Input;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.checkpoint.Safetensors;
import dev.gatun.models.checkpoint.SafetensorsWriter;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folder that a run leaves: {@code config.json}, {@code weights.safetensors}, {@code optimizer.safetensors} (to go
 * on training), {@code metrics.csv}, {@code loss.svg}, and what the task adds, such as {@code tokenizer.json}. Each file
 * is replaced as a whole; what was there stays until the new one is on disk.
 */
public final class RunFolder {
    private static final String STEP = "step";

    private final Path path;

    private RunFolder(Path path) {
        this.path = path;
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
                RunConfig.model(path.resolve("config.json"));
            }
            Files.createDirectories(path);
            Files.delete(Files.createTempFile(path, ".probe", ".tmp"));
        } catch (FileAlreadyExistsException e) {
            throw new CheckpointException(path, "output folder", "is a file; choose another place", e);
        } catch (IOException e) {
            throw new CheckpointException(path, "output folder", "cannot be written: " + reason(e) + "; choose another place", e);
        }
        return new RunFolder(path);
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName().replace("Exception", "") + " " + e.getMessage();
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    /**
     * Opens the folder of a finished or interrupted run.
     *
     * @throws CheckpointException when it is none
     */
    public static RunFolder open(Path path) {
        if (!Files.isDirectory(path)) throw new CheckpointException(path, "run folder", "does not exist");
        if (!Files.isRegularFile(path.resolve("config.json"))) {
            throw new CheckpointException(path, "run folder", "has no config.json, so it holds no run of gatun");
        }
        return new RunFolder(path);
    }

    public Path path() {
        return path;
    }

    /** Where the metrics go. */
    public Path metrics() {
        return path.resolve("metrics.csv");
    }

    /** Where the picture of the losses goes. */
    public Path lossCurve() {
        return path.resolve("loss.svg");
    }

    private Path weights() {
        return path.resolve("weights.safetensors");
    }

    private Path optimizer() {
        return path.resolve("optimizer.safetensors");
    }

    /** Where model and training are described. */
    public Path config() {
        return path.resolve("config.json");
    }

    /** Saves a trainer's weights, optimizer state and settings, and what its task adds. */
    public void save(Trainer trainer) throws IOException {
        Executable e = trainer.executable();
        Set<String> names = trainer.parameters().types().keySet();
        Map<String, String> metadata = Map.of("format", "gatun", STEP, Long.toString(trainer.step()));
        SafetensorsWriter.write(optimizer(), entries(e, e.states().stream().filter(s -> !names.contains(s.name())).toList()), metadata);
        SafetensorsWriter.write(weights(), entries(e, e.states().stream().filter(s -> names.contains(s.name())).toList()), metadata);
        trainer.task().save(path);
        AtomicFile.write(config(), RunConfig.of(trainer.task(), trainer.settings(), trainer.step()));
    }

    private static List<SafetensorsWriter.Entry> entries(Executable e, List<Input> states) {
        return states.stream().map(s -> new SafetensorsWriter.Entry(s.name(), s.value().type(), e.state(s.name()))).toList();
    }

    /** Short name of the kind of model. */
    public String kind() throws IOException {
        return sizes().text("kind");
    }

    /** What the model is built with. */
    public ConfigFields sizes() throws IOException {
        return RunConfig.model(config());
    }

    /** Checks that the weights are all there and of the model's shapes, without reading them. */
    public void checkWeights(ParameterTree parameters) throws IOException {
        try (Safetensors file = Safetensors.open(weights())) {
            parameters.types().forEach(file::check);
        }
    }

    /** Reads the weights, and the statistics that belong to them, into an executable's states. */
    public void readWeights(ParameterTree parameters, Executable executable) throws IOException {
        try (Safetensors file = Safetensors.open(weights())) {
            for (Map.Entry<String, TensorType> p : parameters.types().entrySet()) {
                file.read(p.getKey(), p.getValue(), executable.state(p.getKey()));
            }
        }
    }

    /**
     * Puts a trainer where the saved run was: weights, optimizer state and step.
     *
     * @throws CheckpointException also when weights and optimizer state are of different steps
     */
    public void resume(Trainer trainer) throws IOException {
        readWeights(trainer.parameters(), trainer.executable());
        Set<String> names = trainer.parameters().types().keySet();
        try (Safetensors weights = Safetensors.open(weights()); Safetensors rest = Safetensors.open(optimizer())) {
            String step = String.valueOf(weights.metadata().get(STEP));
            if (!step.equals(rest.metadata().get(STEP))) {
                throw new CheckpointException(optimizer(), STEP, "expected " + step + " as in the weights, found " + rest.metadata().get(STEP));
            }
            for (Input s : trainer.executable().states()) {
                if (!names.contains(s.name())) rest.read(s.name(), s.value().type(), trainer.executable().state(s.name()));
            }
            trainer.resumeAt(Long.parseLong(step));
        } catch (NumberFormatException e) {
            throw new CheckpointException(weights(), STEP, "expected a number in the metadata", e);
        }
    }
}
