package dev.gatun.models.optim;

import dev.gatun.graph.ops.Tensor;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How the parameters of some names are trained, where that differs from the rest. The first group of a list whose
 * pattern fits a name is the one that counts.
 *
 * @param pattern of whole names: {@code *} stands for any characters, {@code ?} for one; {@code *.bias}, {@code layers.0.*}
 * @param frozen whether they stay as they are; then no gradient is computed for them either
 * @param rateFactor times the learning rate, above 0
 * @param weightDecay instead of the optimizer's own, in its own sense; empty for that
 * @param l1 times the parameter's sign, added to the clipped gradient
 * @param l2 times the parameter, added to the clipped gradient
 */
public record ParameterGroup(String pattern, boolean frozen, double rateFactor, OptionalDouble weightDecay, double l1, double l2) {
    public ParameterGroup {
        if (pattern.isEmpty()) throw new IllegalArgumentException("a group of parameters needs a pattern, such as *.bias");
        if (!(rateFactor > 0) || Double.isInfinite(rateFactor)) {
            throw new IllegalArgumentException("the learning rate's factor for " + pattern + " must be a number above 0, got " + rateFactor);
        }
        weightDecay.ifPresent(d -> Checks.atLeastZero("weight decay of " + pattern, d));
        Checks.atLeastZero("l1 of " + pattern, l1);
        Checks.atLeastZero("l2 of " + pattern, l2);
    }

    /** A group that is trained as the rest; the other methods change that. */
    public static ParameterGroup of(String pattern) {
        return new ParameterGroup(pattern, false, 1, OptionalDouble.empty(), 0, 0);
    }

    /** A group that is not trained. */
    public static ParameterGroup frozen(String pattern) {
        return new ParameterGroup(pattern, true, 1, OptionalDouble.empty(), 0, 0);
    }

    public ParameterGroup withRateFactor(double rateFactor) {
        return new ParameterGroup(pattern, frozen, rateFactor, weightDecay, l1, l2);
    }

    public ParameterGroup withWeightDecay(double weightDecay) {
        return new ParameterGroup(pattern, frozen, rateFactor, OptionalDouble.of(weightDecay), l1, l2);
    }

    public ParameterGroup withL1(double l1) {
        return new ParameterGroup(pattern, frozen, rateFactor, weightDecay, l1, l2);
    }

    public ParameterGroup withL2(double l2) {
        return new ParameterGroup(pattern, frozen, rateFactor, weightDecay, l1, l2);
    }

    /** Whether a parameter belongs to this group, if to no earlier one. */
    public boolean matches(String name) {
        String regex = pattern.chars()
                .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
                .collect(Collectors.joining());
        return name.matches(regex);
    }

    /** The gradient with the penalties' own. */
    public Tensor penalized(Tensor value, Tensor gradient) {
        Tensor g = l2 == 0 ? gradient : gradient.add(value.mul(l2));
        if (l1 == 0) return g;
        Tensor zero = value.zero();
        Tensor one = zero.add(1);
        Tensor sign = Tensor.select(zero.less(value), one, Tensor.select(value.less(zero), one.neg(), zero));
        return g.add(sign.mul(l1));
    }
}
