package dev.gatun.bench;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntConsumer;

/** Times training steps. */
final class StepBench implements AutoCloseable {
    private static final int BATCHES = 2;
    private static final float LEARNING_RATE = 1e-3f;
    private static final long SEED = 7;
    private static final long DATA_SEED = 100;
    private static final int WARM_STEPS = 4;
    private static final double WARM_SECONDS = 2;
    private static final int LEAST = 12;
    private static final int MOST = 200;
    private static final double BUDGET_SECONDS = 20;

    private final Executable executable;
    private final long parameters;
    private final float learningRate;
    private final IntConsumer feed;
    private int steps;
    private float first;
    private float last;

    private StepBench(Executable executable, ParameterTree tree, float learningRate, IntConsumer feed) {
        this.executable = executable;
        this.learningRate = learningRate;
        this.feed = feed;
        executable.states().forEach(s -> executable.state(s.name()).fill((byte) 0));
        tree.initialize(SEED, executable::state);
        parameters = tree.elements();
    }

    /**
     * A workload by its name.
     *
     * @throws IllegalArgumentException when there is no such one
     */
    static StepBench of(Compiler compiler, String workload) {
        ImageWorkload images = ImageWorkload.of(workload);
        if (images != null) return of(compiler, images);
        RecurrentWorkload sequences = RecurrentWorkload.of(workload);
        return sequences != null ? of(compiler, sequences) : of(compiler, Workload.of(workload));
    }

    /** Forward, backward, clipping by global norm 1, AdamW. */
    static StepBench of(Compiler compiler, Workload w) {
        LanguageModel model = w.model(w.config().layers());
        ParameterTree tree = ParameterTree.of((Record) model);
        TensorType type = TensorType.of(DType.I32, w.batch(), w.config().context());
        Executable e = compiler.compile(new TrainingGraph(AdamW.standard(), 1, false)
                .train(tree, t -> model.loss(t.data("tokens", type), t.data("targets", type))));
        int[][] ids = new int[BATCHES][];
        int[][] targets = new int[BATCHES][];
        for (int i = 0; i < BATCHES; i++) {
            int[] t = tokens(w.tokens() + 1, w.config().vocabulary(), DATA_SEED + i);
            ids[i] = Arrays.copyOfRange(t, 0, w.tokens());
            targets[i] = Arrays.copyOfRange(t, 1, w.tokens() + 1);
        }
        return new StepBench(e, tree, LEARNING_RATE, step -> {
            e.write(TrainingGraph.TRAIN, "tokens", ids[step % BATCHES]);
            e.write(TrainingGraph.TRAIN, "targets", targets[step % BATCHES]);
        });
    }

    /** Forward, backward and update on one batch of ten class prototypes with noise. */
    static StepBench of(Compiler compiler, ImageWorkload w) {
        ParameterTree tree = ParameterTree.of((Record) w.model());
        TensorType images = TensorType.of(DType.F32, w.batch(), w.size(), w.size(), w.channels());
        TensorType classes = TensorType.of(DType.I32, w.batch());
        Executable e = compiler.compile(new TrainingGraph(w.optimizer(), 0, false, false)
                .train(tree, t -> w.model().loss(t.data("images", images), t.data("labels", classes))));
        Random r = new Random(DATA_SEED);
        int image = w.elements() / w.batch();
        float[][] prototypes = new float[ImageWorkload.CLASSES][image];
        for (float[] p : prototypes) for (int i = 0; i < image; i++) p[i] = (float) r.nextGaussian();
        float[] x = new float[w.elements()];
        int[] labels = new int[w.batch()];
        for (int i = 0; i < x.length; i++) {
            labels[i / image] = i / image % ImageWorkload.CLASSES;
            x[i] = prototypes[labels[i / image]][i % image] + (float) r.nextGaussian();
        }
        return new StepBench(e, tree, w.learningRate(), step -> {
            e.write(TrainingGraph.TRAIN, "images", x);
            e.write(TrainingGraph.TRAIN, "labels", labels);
        });
    }

    /** Forward, backward and Adam on one batch of random sequences. */
    static StepBench of(Compiler compiler, RecurrentWorkload w) {
        ParameterTree tree = ParameterTree.of(w.model());
        TensorType sequences = TensorType.of(DType.F32, w.batch(), w.time(), w.in());
        TensorType classes = TensorType.of(DType.I32, w.batch());
        Executable e = compiler.compile(new TrainingGraph(new AdamW(0.9, 0.999, 1e-8, 0, false), 0, false, false)
                .train(tree, t -> w.model().loss(t.data("sequences", sequences), t.data("labels", classes))));
        Random r = new Random(DATA_SEED);
        float[] x = new float[(int) sequences.elements()];
        for (int i = 0; i < x.length; i++) x[i] = (float) r.nextGaussian();
        int[] labels = new int[w.batch()];
        for (int i = 0; i < labels.length; i++) labels[i] = i % RecurrentWorkload.CLASSES;
        return new StepBench(e, tree, LEARNING_RATE, step -> {
            e.write(TrainingGraph.TRAIN, "sequences", x);
            e.write(TrainingGraph.TRAIN, "labels", labels);
        });
    }

    /** Tokens by a rule, mostly {@code next = 5 * previous + 3 mod vocabulary}, so that a correct step lowers the loss. */
    static int[] tokens(int n, int vocabulary, long seed) {
        Random r = new Random(seed);
        int[] t = new int[n];
        long current = r.nextInt(vocabulary);
        for (int i = 0; i < n; i++) {
            t[i] = (int) current;
            current = r.nextInt(10) == 0 ? r.nextInt(vocabulary) : (5 * current + 3) % vocabulary;
        }
        return t;
    }

    /** One step. */
    void step() {
        feed.accept(steps++);
        executable.write(TrainingGraph.TRAIN, TrainingGraph.LEARNING_RATE, learningRate);
        executable.write(TrainingGraph.TRAIN, TrainingGraph.STEP, steps);
        executable.run(TrainingGraph.TRAIN);
        last = executable.scalar(TrainingGraph.TRAIN, TrainingGraph.LOSS);
        if (steps == 1) first = last;
    }

    /** Milliseconds of each timed step, after warming up. */
    double[] measure(Results results) {
        long start = System.nanoTime();
        for (int i = 0; i < WARM_STEPS || (System.nanoTime() - start) / 1e9 < WARM_SECONDS; i++) step();
        long before = System.nanoTime();
        step();
        double one = (System.nanoTime() - before) / 1e9;
        double[] ms = new double[(int) Math.clamp(BUDGET_SECONDS / one, LEAST, MOST)];
        results.loadStart();
        for (int i = 0; i < ms.length; i++) {
            before = System.nanoTime();
            step();
            ms[i] = (System.nanoTime() - before) / 1e6;
        }
        results.loadStop();
        return ms;
    }

    /**
     * Loss of the first and the last step.
     *
     * @throws IllegalStateException unless it fell
     */
    String losses() {
        String text = String.format(java.util.Locale.ROOT, "loss %.4f -> %.4f", first, last);
        if (!(last < first)) throw new IllegalStateException("the loss does not fall: " + text + " in " + steps + " steps");
        return text;
    }

    int steps() {
        return steps;
    }

    long parameters() {
        return parameters;
    }

    Executable executable() {
        return executable;
    }

    @Override
    public void close() {
        executable.close();
    }
}
