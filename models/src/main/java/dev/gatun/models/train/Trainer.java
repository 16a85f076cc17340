package dev.gatun.models.train;

import dev.gatun.graph.ir.Graph;
import dev.gatun.models.layers.Dropout;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains what a {@link Task} describes. Construction compiles its functions over one arena, {@link TrainingGraph#TRAIN},
 * {@link TrainingGraph#EVALUATE} and those that the task adds, and sets the first weights; after that a step allocates
 * next to nothing.
 *
 * <pre>{@code
 * try (Compiler compiler = new Compiler(Backend.AUTO, 0);
 *         Text text = Text.of(Path.of("input.txt"));
 *         Dataset data = Dataset.of(text, tokenizer, config.context());
 *         Trainer trainer = new Trainer(compiler, LanguageTask.of(Gpt.of(config), tokenizer, data, text.name(), 12), settings)) {
 *     trainer.run(progress -> System.out.println(progress.loss()), () -> false);
 * }
 * }</pre>
 */
public final class Trainer implements AutoCloseable {
    /** The reported speed is the median of so many steps. */
    private static final int RECENT = 15;

    private final Task task;
    private final TrainingSettings settings;
    private final ParameterTree parameters;
    private final Executable executable;
    private final Inputs inputs;
    private final String precision;
    private long step;
    private double seconds;

    /** Compiles and sets the first weights. The compiler and what the task reads stay the caller's to close. */
    public Trainer(Compiler compiler, Task task, TrainingSettings settings) {
        this.task = task;
        this.settings = settings;
        precision = compiler.precision().option();
        parameters = ParameterTree.of(task.model());
        TrainingGraph graph = new TrainingGraph(settings.optimizer(), settings.clip(), parameters.drops());
        List<Graph> graphs = new ArrayList<>();
        graphs.add(graph.train(parameters, task::loss));
        graphs.add(TrainingGraph.evaluate(parameters, task::evaluate));
        graphs.addAll(task.functions(parameters));
        executable = compiler.compile(graphs.toArray(Graph[]::new));
        inputs = new Inputs(executable, TrainingGraph.TRAIN);
        executable.states().forEach(s -> executable.state(s.name()).fill((byte) 0));
        parameters.initialize(settings.seed(), executable::state);
        if (parameters.drops()) {
            MemorySegment seed = executable.state(Dropout.SEED);
            seed.set(ValueLayout.JAVA_INT, 0, Long.hashCode(settings.seed()));
        }
    }

    /** Steps done. */
    public long step() {
        return step;
    }

    /** Seconds of training so far, also of the runs that this one goes on from. */
    public double seconds() {
        return seconds;
    }

    /** Goes on after a number of steps, with states that were read into the executable. */
    void resumeAt(long step, double seconds) {
        this.step = step;
        this.seconds = seconds;
    }

    /** Element types of matrix products. */
    String precision() {
        return precision;
    }

    /** The compiled functions and their state. */
    public Executable executable() {
        return executable;
    }

    /** Names and parameters of the model. */
    public ParameterTree parameters() {
        return parameters;
    }

    /** What is trained. */
    public Task task() {
        return task;
    }

    public TrainingSettings settings() {
        return settings;
    }

    /**
     * One step.
     *
     * @return the training loss before the update
     * @throws TrainingException when the loss is no number
     */
    public float train() {
        step++;
        task.write(inputs, new Draw(settings.seed(), step, 0, 1));
        inputs.write(TrainingGraph.LEARNING_RATE, (float) settings.learningRate().at(step));
        inputs.write(TrainingGraph.STEP, step);
        executable.run(TrainingGraph.TRAIN);
        float loss = executable.scalar(TrainingGraph.TRAIN, TrainingGraph.LOSS);
        if (!Float.isFinite(loss)) {
            throw new TrainingException("the loss of step " + step + " is " + loss + ": lower the learning rate, now "
                    + settings.learningRate().at(step));
        }
        return loss;
    }

    /** Norm of the last step's gradients before clipping. */
    public float gradientNorm() {
        return executable.scalar(TrainingGraph.TRAIN, TrainingGraph.GRADIENT_NORM);
    }

    /**
     * Validates on data that training does not see, the same at every call.
     *
     * @param most batches at most
     */
    public Validation validate(int most) {
        return task.validate(executable, most);
    }

    /**
     * Trains to the last step.
     *
     * @param listener called after each step
     * @param stop asked before each step; true ends the run
     */
    public void run(Consumer<Progress> listener, BooleanSupplier stop) {
        long start = System.nanoTime();
        double before = seconds;
        double[] recent = new double[RECENT];
        double[] sorted = new double[RECENT];
        int taken = 0;
        while (step < settings.steps() && !stop.getAsBoolean()) {
            long began = System.nanoTime();
            float loss = train();
            recent[taken++ % RECENT] = (System.nanoTime() - began) / 1e9;
            boolean due = step % settings.evaluateEvery() == 0 || step == settings.steps();
            Map<String, Double> validation = due ? validate(settings.evaluateBatches()).metrics() : Map.of();
            seconds = before + (System.nanoTime() - start) / 1e9;
            listener.accept(new Progress(step, settings.steps(), loss, validation, settings.learningRate().at(step),
                    gradientNorm(), task.unitsPerBatch() / median(recent, sorted, Math.min(taken, RECENT)), task.unit(), seconds));
        }
    }

    private static double median(double[] values, double[] sorted, int count) {
        System.arraycopy(values, 0, sorted, 0, count);
        Arrays.sort(sorted, 0, count);
        return sorted[count / 2];
    }

    @Override
    public void close() {
        executable.close();
    }
}
