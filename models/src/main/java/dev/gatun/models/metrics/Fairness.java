package dev.gatun.models.metrics;

import java.util.Collection;
import java.util.function.ToDoubleFunction;

/**
 * How far decisions for one class depend on the group that an example is of. With the share of a group's examples taken for
 * the class as its selection rate (demographic parity: all groups have the same), and the shares of those of the class and
 * of the others taken for it as its true and false positive rate (equalized odds: all groups have the same; Hardt, Price and
 * Srebro, "Equality of Opportunity in Supervised Learning", 2016). A rate without examples is not defined, and its group
 * left out of the comparison; figures are NaN where fewer than two groups are left.
 *
 * @param parityDifference highest selection rate less the lowest; 0 is parity
 * @param parityRatio lowest selection rate as a share of the highest; 1 is parity, also where nothing is selected
 * @param oddsDifference the larger one of highest less lowest true positive rate and highest less lowest false positive rate
 */
public record Fairness(double parityDifference, double parityRatio, double oddsDifference) {
    private record Range(double low, double high) {
        static Range of(Collection<ConfusionMatrix> groups, ToDoubleFunction<ConfusionMatrix> rate) {
            double[] rates = groups.stream().mapToDouble(rate).filter(r -> !Double.isNaN(r)).sorted().toArray();
            return rates.length < 2 ? new Range(Double.NaN, Double.NaN) : new Range(rates[0], rates[rates.length - 1]);
        }

        double difference() {
            return high - low;
        }
    }

    /**
     * Compares groups.
     *
     * @param groups counts of each group
     * @param label class whose decisions are compared
     */
    public static Fairness of(Collection<ConfusionMatrix> groups, int label) {
        Range selection = Range.of(groups, m -> (double) m.predicted(label) / m.total());
        Range hits = Range.of(groups, m -> (double) m.count(label, label) / m.support(label));
        Range alarms = Range.of(groups, m -> (double) (m.predicted(label) - m.count(label, label)) / (m.total() - m.support(label)));
        double ratio = selection.high == 0 ? 1 : selection.low / selection.high;
        return new Fairness(selection.difference(), ratio, worst(hits.difference(), alarms.difference()));
    }

    private static double worst(double a, double b) {
        return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.max(a, b);
    }
}
