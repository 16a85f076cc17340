package dev.gatun.models.metrics;

import java.util.Objects;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Errors of predicted numbers, example by example, for one or several outputs. Over examples {@code i} with target {@code
 * y}, its mean {@code m} and prediction {@code p}:
 *
 * <pre>
 * MSE = mean (p - y)^2      MAE = mean |p - y|      R2 = 1 - sum (p - y)^2 / sum (y - m)^2
 * </pre>
 *
 * Sums of errors are compensated (Neumaier, 1974); the targets' spread is updated from its mean (Welford, 1962) and merged
 * after Chan, Golub and LeVeque (1979), so that a large mean costs no digits. The figures of several outputs are the means of
 * theirs. All are NaN without examples; R2 also where an output's target is always the same. Not for use by several
 * threads at a time.
 */
public final class Regression {
    /** Sums of one output. */
    private static final class Output {
        final Sum squared = new Sum();
        final Sum absolute = new Sum();
        double mean;
        double spread; // sum of squared distances from the mean
    }

    private final Output[] outputs;
    private long examples;

    /** Nothing measured yet. */
    public Regression(int outputs) {
        if (outputs < 1) throw new IllegalArgumentException("a regression has at least 1 output, got " + outputs);
        this.outputs = Stream.generate(Output::new).limit(outputs).toArray(Output[]::new);
    }

    /**
     * Takes in an example.
     *
     * @param predicted a number for each output
     * @param targets what they should have been
     */
    public void add(double[] predicted, double[] targets) {
        if (predicted.length != outputs.length || targets.length != outputs.length) {
            throw new IllegalArgumentException("expected " + outputs.length + " outputs, got " + predicted.length + " predictions and "
                    + targets.length + " targets");
        }
        examples++;
        for (int o = 0; o < outputs.length; o++) add(outputs[o], predicted[o], targets[o]);
    }

    /** Takes in an example of one output. */
    public void add(double predicted, double target) {
        if (outputs.length != 1) throw new IllegalArgumentException("expected " + outputs.length + " outputs, got 1");
        examples++;
        add(outputs[0], predicted, target);
    }

    private void add(Output o, double predicted, double target) {
        double error = predicted - target;
        o.squared.add(error * error);
        o.absolute.add(Math.abs(error));
        double d = target - o.mean;
        o.mean += d / examples;
        o.spread += d * (target - o.mean);
    }

    /** Takes in all that another stream saw. */
    public void merge(Regression other) {
        if (other.outputs.length != outputs.length) {
            throw new IllegalArgumentException(other.outputs.length + " outputs cannot be added to " + outputs.length);
        }
        if (other.examples == 0) return;
        long all = examples + other.examples;
        for (int i = 0; i < outputs.length; i++) {
            Output a = outputs[i];
            Output b = other.outputs[i];
            a.squared.add(b.squared);
            a.absolute.add(b.absolute);
            double d = b.mean - a.mean;
            double share = (double) other.examples / all;
            a.spread += b.spread + d * d * share * examples;
            a.mean += d * share;
        }
        examples = all;
    }

    /** Examples measured. */
    public long examples() {
        return examples;
    }

    /** Mean squared error of an output, in squared units of the target. */
    public double mse(int output) {
        return output(output).squared.value() / examples;
    }

    /** Mean absolute error of an output, in units of the target. */
    public double mae(int output) {
        return output(output).absolute.value() / examples;
    }

    /** Share of an output's variance that is explained, 1 at most and negative for predictions worse than the mean. */
    public double r2(int output) {
        Output o = output(output);
        return o.spread > 0 ? 1 - o.squared.value() / o.spread : Double.NaN;
    }

    private Output output(int i) {
        return outputs[Objects.checkIndex(i, outputs.length)];
    }

    /** Mean squared error. */
    public double mse() {
        return mean(this::mse);
    }

    /** Root of the mean squared error. */
    public double rmse() {
        return Math.sqrt(mse());
    }

    /** Mean absolute error. */
    public double mae() {
        return mean(this::mae);
    }

    /** Share of the variance that is explained. */
    public double r2() {
        return mean(this::r2);
    }

    private double mean(IntToDoubleFunction figure) {
        return IntStream.range(0, outputs.length).mapToDouble(figure).sum() / outputs.length;
    }
}
