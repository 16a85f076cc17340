package dev.gatun.models.train;

import dev.gatun.graph.ir.Graph;
import dev.gatun.models.layers.Dropout;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
    private final String banner;
    private final ParameterTree evaluated;
    private final Improvement improvement = new Improvement();
    private long step;
    private double seconds;
    private Validation validation;

    /** Compiles and sets the first weights. The compiler and what the task reads stay the caller's to close. */
    public Trainer(Compiler compiler, Task task, TrainingSettings settings) {
        this.task = task;
        this.settings = settings;
        precision = compiler.precision().option();
        banner = compiler.banner();
        parameters = ParameterTree.of(task.model());
        TrainingGraph graph = settings.graph(parameters.drops());
        evaluated = graph.evaluated(parameters);
        List<Graph> graphs = new ArrayList<>();
        graphs.add(graph.train(parameters, task::loss));
        if (settings.parts() > 1) graphs.add(graph.accumulate(parameters, task::loss));
        graphs.add(TrainingGraph.evaluate(evaluated, task::evaluate));
        graphs.addAll(task.functions(evaluated));
        executable = compiler.compile(graphs.toArray(Graph[]::new));
        inputs = new Inputs(executable, TrainingGraph.TRAIN);
        executable.states().forEach(s -> executable.state(s.name()).fill((byte) 0));
        parameters.initialize(settings.seed(), executable::state);
        for (ParameterTree.Entry e : parameters.entries()) {
            String state = evaluated.state(e.name());
            if (!state.equals(e.name())) executable.state(state).copyFrom(executable.state(e.name()));
        }
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

    /** How validation has gone. */
    Improvement improvement() {
        return improvement;
    }

    /** Parameters as validation and use see them: their averages, where there are any. */
    public ParameterTree evaluated() {
        return evaluated;
    }

    /** Units of {@link Task#unit} in a step. */
    public long unitsPerStep() {
        return (long) task.unitsPerBatch() * settings.parts();
    }

    /** Element types of matrix products. */
    String precision() {
        return precision;
    }

    /** What computes, in one line. */
    public String banner() {
        return banner;
    }

    /** What the latest validation of {@link #run} found. */
    public Optional<Validation> validation() {
        return Optional.ofNullable(validation);
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
        return train(learningRate(step + 1));
    }

    private double learningRate(long step) {
        return settings.learningRate().at(step, improvement.reductions());
    }

    /** One step with a learning rate of its own. */
    float train(double rate) {
        step++;
        for (int part = 0; part < settings.parts() - 1; part++) {
            task.write(new Inputs(executable, TrainingGraph.ACCUMULATE), new Draw(settings.seed(), step, part, settings.parts()));
            executable.run(TrainingGraph.ACCUMULATE);
        }
        task.write(inputs, new Draw(settings.seed(), step, settings.parts() - 1, settings.parts()));
        inputs.write(TrainingGraph.LEARNING_RATE, (float) rate);
        inputs.write(TrainingGraph.STEP, step);
        executable.run(TrainingGraph.TRAIN);
        float loss = executable.scalar(TrainingGraph.TRAIN, TrainingGraph.LOSS);
        if (!Float.isFinite(loss)) {
            throw new TrainingException("the loss of step " + step + " is " + loss + ": lower the learning rate, now " + rate);
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
    public Ending run(Consumer<Progress> listener, BooleanSupplier stop) {
        return run(new TrainingListener() {
            @Override
            public void stepped(Progress progress) {
                listener.accept(progress);
            }

            @Override
            public boolean stops() {
                return stop.getAsBoolean();
            }
        });
    }

    /** Trains to the last step, or until a listener or the settings' patience ends the run. */
    public Ending run(TrainingListener... listeners) {
        List<TrainingListener> all = List.of(listeners);
        all.forEach(l -> l.started(this));
        System.Logger log = System.getLogger("dev.gatun.train");
        log.log(Level.DEBUG, () -> String.format(Locale.ROOT, "training %s on %s from step %d to %d", task.kind(), task.data(), step, settings.steps()));
        Ending ending = steps(all);
        log.log(Level.DEBUG, () -> String.format(Locale.ROOT, "training ended after step %d: %s", step, ending.name().toLowerCase(Locale.ROOT)));
        all.forEach(l -> l.ended(this, ending));
        return ending;
    }

    private Ending steps(List<TrainingListener> listeners) {
        long start = System.nanoTime();
        double before = seconds;
        double[] recent = new double[RECENT];
        double[] sorted = new double[RECENT];
        int taken = 0;
        while (step < settings.steps()) {
            for (TrainingListener l : listeners) if (l.stops()) return Ending.STOPPED;
            if (settings.patience() > 0 && improvement.waited() >= settings.patience()) return Ending.NO_PROGRESS;
            double rate = learningRate(step + 1);
            long began = System.nanoTime();
            float loss = train(rate);
            recent[taken++ % RECENT] = (System.nanoTime() - began) / 1e9;
            boolean due = step % settings.evaluateEvery() == 0 || step == settings.steps();
            if (due) {
                validation = validate(settings.evaluateBatches());
                improvement.see(step, validation.loss(), settings.learningRate().patience());
            }
            seconds = before + (System.nanoTime() - start) / 1e9;
            Progress progress = new Progress(step, settings.steps(), loss, due ? validation.metrics() : Map.of(), rate, gradientNorm(),
                    unitsPerStep() / median(recent, sorted, Math.min(taken, RECENT)), task.unit(), seconds);
            for (TrainingListener l : listeners) l.stepped(progress);
        }
        return Ending.FINISHED;
    }

    /** Best validation loss so far; infinite before the first. */
    public double bestValidation() {
        return improvement.best();
    }

    /** Step of the best validation loss; 0 before the first. */
    public long bestStep() {
        return improvement.bestStep();
    }

    /** Whether the last step validated, better than all before it. */
    public boolean isBest() {
        return step > 0 && improvement.bestStep() == step;
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
