package dev.gatun.models.ready;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.runtime.Executable;
import java.util.Random;

/** Inputs that any function runs on: normal numbers, and ids that lie in the tables they index. */
public final class RandomInputs {
    private static final float LEARNING_RATE = 1e-4f;

    private final Executable executable;
    private final String function;
    private final Random random;
    private long step;

    /** Inputs of a seed for one function. */
    public RandomInputs(Executable executable, String function, long seed) {
        this.executable = executable;
        this.function = function;
        random = new Random(seed);
    }

    /** Writes every data input anew; a training step gets its number, from 1, and a small learning rate. */
    public void write() {
        step++;
        ExecutionPlan plan = executable.plan(function);
        for (Buffer b : plan.buffers()) {
            if (b.kind() != Buffer.Kind.DATA) continue;
            switch (b.dtype()) {
                case I32 -> executable.write(function, b.name(), ids(b));
                case F32 -> executable.write(function, b.name(), numbers(b));
                default -> throw new IllegalArgumentException("input " + b.name() + " is " + b.dtype() + ": only f32 and i32 can be written");
            }
        }
    }

    private int[] ids(Buffer b) {
        int bound = executable.bound(function, b.name()).orElse(2);
        return random.ints(b.elements(), 0, bound).toArray();
    }

    private float[] numbers(Buffer b) {
        if (b.name().equals(TrainingGraph.STEP)) return new float[] {step};
        if (b.name().equals(TrainingGraph.LEARNING_RATE)) return new float[] {LEARNING_RATE};
        float[] x = new float[Math.toIntExact(b.elements())];
        for (int i = 0; i < x.length; i++) x[i] = (float) random.nextGaussian();
        return x;
    }
}
