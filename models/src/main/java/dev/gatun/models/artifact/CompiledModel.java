package dev.gatun.models.artifact;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.types.DType;
import dev.gatun.runtime.BackendException;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A model compiled ahead of time, loaded from the file that {@link ArtifactWriter} wrote: nothing is traced, fused,
 * planned, measured or generated again.
 *
 * <pre>{@code
 * try (CompiledModel model = CompiledModel.load(Path.of("model.jar"), 0)) {
 *     float[] scores = model.run(pixels);
 * }
 * }</pre>
 */
public final class CompiledModel implements AutoCloseable {
    private final Compiler compiler;
    private final Executable executable;
    private final List<String> functions;

    CompiledModel(Compiler compiler, Executable executable, List<String> functions) {
        this.compiler = compiler;
        this.executable = executable;
        this.functions = functions;
    }

    /**
     * Loads a file. Every entry is checked against its checksum and every address against the arena before anything runs.
     *
     * @param threads size of the worker team; 0 for one thread a core
     * @throws ArtifactException when the file is no compiled model, is damaged, or is of another version
     * @throws BackendException when this machine lacks what the model needs
     */
    public static CompiledModel load(Path file, int threads) throws IOException {
        if (!Files.isRegularFile(file)) throw new ArtifactException(file, "no such file");
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return new ArtifactReader(file, zip).load(threads);
        } catch (ZipException e) {
            throw new ArtifactException(file, "no compiled model, or cut short: " + e.getMessage(), e);
        }
    }

    /** Names of the functions, the main one first. */
    public List<String> functions() {
        return functions;
    }

    /** Functions, inputs and results by name. */
    public Executable executable() {
        return executable;
    }

    /**
     * Runs the main function of a model that has one f32 input and one f32 result.
     *
     * @param input as many numbers as the input has, row-major
     * @return the result, row-major
     * @throws IllegalStateException when there are more inputs or results: use {@link #executable}
     */
    public float[] run(float[] input) {
        String function = functions.getFirst();
        ExecutionPlan plan = executable.plan(function);
        List<Buffer> data = plan.buffers().stream().filter(b -> b.kind() == Buffer.Kind.DATA).toList();
        if (data.size() != 1 || plan.results().size() != 1 || data.getFirst().dtype() != DType.F32) {
            throw new IllegalStateException(function + " has inputs " + data.stream().map(Buffer::name).toList() + " and results "
                    + plan.results().keySet() + ": write, run and read them through executable()");
        }
        String result = plan.results().keySet().iterator().next();
        float[] output = new float[Math.toIntExact(plan.buffers().get(plan.results().get(result)).elements())];
        executable.write(function, data.getFirst().name(), input);
        executable.run(function);
        executable.read(function, result, output);
        return output;
    }

    /** Frees memory, threads and library. */
    @Override
    public void close() {
        executable.close();
        compiler.close();
    }
}
