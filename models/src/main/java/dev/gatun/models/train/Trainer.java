package dev.gatun.models.train;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.data.Dataset;
import dev.gatun.models.data.Windows;
import dev.gatun.models.generate.Generator;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.layers.Dropout;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains a GPT. Construction compiles three functions over one arena, {@code train}, {@code evaluate} and
 * {@code logits}, and sets the first weights; after that a step allocates next to nothing.
 *
 * <pre>{@code
 * try (Compiler compiler = new Compiler(Backend.AUTO, 0);
 *         Text text = Text.of(Path.of("input.txt"));
 *         Dataset data = Dataset.of(text, tokenizer, config.context());
 *         Trainer trainer = new Trainer(compiler, Gpt.of(config), data, settings)) {
 *     trainer.run(progress -> System.out.println(progress.loss()), () -> false);
 * }
 * }</pre>
 */
public final class Trainer implements AutoCloseable {
    /** The reported speed is the median of so many steps. */
    private static final int RECENT = 15;

    private final Gpt model;
    private final TrainingSettings settings;
    private final Dataset data;
    private final ParameterTree parameters;
    private final Executable executable;
    private final int[] ids;
    private final int[] targets;
    private long step;

    /** Compiles and sets the first weights. The compiler and the data stay the caller's to close. */
    public Trainer(Compiler compiler, Gpt model, Dataset data, TrainingSettings settings) {
        if (data.train().context() > model.config().context()) {
            throw new IllegalArgumentException("the data's windows of " + data.train().context()
                    + " tokens do not fit into the model's context of " + model.config().context());
        }
        this.model = model;
        this.settings = settings;
        this.data = data;
        parameters = ParameterTree.of(model);
        int elements = Math.multiplyExact(settings.batch(), data.train().context());
        ids = new int[elements];
        targets = new int[elements];
        boolean dropout = model.config().dropout() > 0;
        TrainingGraph graph = new TrainingGraph(settings.optimizer(), settings.clip(), dropout);
        executable = compiler.compile(
                graph.train(parameters, this::loss),
                TrainingGraph.evaluate(parameters, this::loss),
                Generator.graph(model, parameters));
        executable.states().forEach(s -> executable.state(s.name()).fill((byte) 0));
        parameters.initialize(settings.seed(), executable::state);
        if (dropout) {
            MemorySegment seed = executable.state(Dropout.SEED);
            seed.set(ValueLayout.JAVA_INT, 0, Long.hashCode(settings.seed()));
        }
    }

    private Tensor loss(Tracer t) {
        TensorType type = TensorType.of(DType.I32, settings.batch(), data.train().context());
        return model.loss(t.data("tokens", type), t.data("targets", type));
    }

    /** Steps done. */
    public long step() {
        return step;
    }

    /** Goes on after a number of steps, with weights and optimizer state that were read into the executable. */
    public void resumeAt(long step) {
        this.step = step;
    }

    /** The compiled functions and their state. */
    public Executable executable() {
        return executable;
    }

    /** Names and parameters of the model. */
    public ParameterTree parameters() {
        return parameters;
    }

    public Gpt model() {
        return model;
    }

    public TrainingSettings settings() {
        return settings;
    }

    /** Tokens of one step. */
    public int tokensPerStep() {
        return ids.length;
    }

    /**
     * One step.
     *
     * @return the training loss before the update
     * @throws TrainingException when the loss is no number
     */
    public float train() {
        step++;
        data.train().draw(settings.seed(), step, ids, targets);
        executable.write(TrainingGraph.TRAIN, "tokens", ids);
        executable.write(TrainingGraph.TRAIN, "targets", targets);
        executable.write(TrainingGraph.TRAIN, TrainingGraph.LEARNING_RATE, (float) settings.learningRate().at(step));
        executable.write(TrainingGraph.TRAIN, TrainingGraph.STEP, step);
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

    /** Mean loss over a fixed set of validation windows, spread evenly over the validation data. */
    public double validate(int batches) {
        double sum = 0;
        for (int i = 0; i < batches; i++) {
            data.validation().fixed(i, batches, ids, targets);
            executable.write(TrainingGraph.EVALUATE, "tokens", ids);
            executable.write(TrainingGraph.EVALUATE, "targets", targets);
            executable.run(TrainingGraph.EVALUATE);
            sum += executable.scalar(TrainingGraph.EVALUATE, TrainingGraph.LOSS);
        }
        return sum / batches;
    }

    /** Batches that cover the validation data about once, at most a given number. */
    public int validationBatches(int most) {
        Windows w = data.validation();
        long windows = (w.to() - w.from()) / w.context();
        return Math.clamp(windows / settings.batch(), 1, most);
    }

    /**
     * Trains to the last step.
     *
     * @param listener called after each step
     * @param stop asked before each step; true ends the run
     */
    public void run(Consumer<Progress> listener, BooleanSupplier stop) {
        long start = System.nanoTime();
        double[] recent = new double[RECENT];
        double[] sorted = new double[RECENT];
        int taken = 0;
        while (step < settings.steps() && !stop.getAsBoolean()) {
            long before = System.nanoTime();
            float loss = train();
            recent[taken++ % RECENT] = (System.nanoTime() - before) / 1e9;
            boolean due = step % settings.evaluateEvery() == 0 || step == settings.steps();
            double validation = due ? validate(validationBatches(settings.evaluateBatches())) : Double.NaN;
            listener.accept(new Progress(step, settings.steps(), loss, validation, settings.learningRate().at(step),
                    gradientNorm(), tokensPerStep() / median(recent, sorted, Math.min(taken, RECENT)), (System.nanoTime() - start) / 1e9));
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
