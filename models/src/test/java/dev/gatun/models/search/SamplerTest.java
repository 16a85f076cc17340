package dev.gatun.models.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final SearchSpace SMALL = SearchSpace.of(new Choice("colour", List.of("red", "green", "blue")), Range.whole("size", 2, 5),
            Range.real("share", 0.1, 0.3).by(0.1), Range.logarithmic("rate", 1e-3, 1).by(10));
    private static final int SMALL_POINTS = 3 * 4 * 3 * 4;

    private static List<String> drawn(Dimension d, int n) {
        SearchSpace space = SearchSpace.of(d);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < n; i++) values.add(new RandomSampler(7).propose(space, i, List.of()).orElseThrow().text(d.name()));
        return values;
    }

    /** Largest distance between the distribution function of some numbers in [0,1] and that of uniform ones. */
    private static double kolmogorovSmirnov(double[] u) {
        Arrays.sort(u);
        double most = 0;
        for (int i = 0; i < u.length; i++) most = Math.max(most, Math.max(u[i] - (double) i / u.length, (i + 1.0) / u.length - u[i]));
        return most;
    }

    @Test
    void drawsAreUniformOnALogarithmicRangeInTheLogarithm() {
        int n = 4000;
        double critical = 1.63 / Math.sqrt(n); // 1 in 100
        double[] logs = drawn(Range.logarithmic("rate", 1e-5, 1e-1), n).stream().mapToDouble(v -> (Math.log10(Double.parseDouble(v)) + 5) / 4).toArray();
        assertThat(kolmogorovSmirnov(logs)).isLessThan(critical);
        double[] plain = drawn(Range.real("rate", -2, 6), n).stream().mapToDouble(v -> (Double.parseDouble(v) + 2) / 8).toArray();
        assertThat(kolmogorovSmirnov(plain)).isLessThan(critical);
        double[] other = drawn(Range.real("rate", 1e-5, 1e-1), n).stream().mapToDouble(v -> (Math.log10(Double.parseDouble(v)) + 5) / 4).toArray();
        assertThat(kolmogorovSmirnov(other)).as("the test tells them apart").isGreaterThan(10 * critical);
    }

    @Test
    void wholeNumbersAndChoicesComeEquallyOften() {
        for (Dimension d : List.of(Range.whole("n", 3, 12), new Choice("n", List.of("3", "4", "5", "6", "7", "8", "9", "10", "11", "12")))) {
            int[] counts = new int[10];
            drawn(d, 5000).forEach(v -> counts[Integer.parseInt(v) - 3]++);
            double chiSquare = Arrays.stream(counts).mapToDouble(c -> (c - 500.0) * (c - 500.0) / 500).sum();
            assertThat(chiSquare).isLessThan(21.67); // 9 degrees of freedom, 1 in 100
        }
        int[] octaves = new int[3];
        drawn(new Range("n", 1, 8, true, true, 0), 3000).forEach(v -> octaves[Integer.parseInt(v) < 2 ? 0 : Integer.parseInt(v) < 4 ? 1 : 2]++);
        double all = Math.log(8.5 / 0.5); // 1 reaches from 0.5 to 1.5, 2 and 3 to 3.5, the rest to 8.5
        assertThat(octaves[0] / 3000.0).isBetween(Math.log(3) / all - 0.03, Math.log(3) / all + 0.03);
        assertThat(octaves[2] / 3000.0).isBetween(Math.log(8.5 / 3.5) / all - 0.03, Math.log(8.5 / 3.5) / all + 0.03);
    }

    private static List<Point> all(Sampler sampler, SearchSpace space) {
        List<Tried> history = new ArrayList<>();
        for (Optional<Point> p = sampler.propose(space, 0, history); p.isPresent(); p = sampler.propose(space, history.size(), history)) {
            double cost = history.size() % 7 == 3 ? Double.POSITIVE_INFINITY : p.get().real("share") + p.get().whole("size");
            history.add(new Tried(p.get(), cost));
            assertThat(history).hasSizeLessThanOrEqualTo(SMALL_POINTS);
        }
        return history.stream().map(Tried::point).toList();
    }

    @Test
    void everySamplerFindsAllPointsOfASmallSpaceOnce() {
        List<Point> grid = all(new GridSampler(), SMALL);
        assertThat(grid).hasSize(SMALL_POINTS).doesNotHaveDuplicates();
        assertThat(grid.get(1).values()).isEqualTo(Map.of("colour", "red", "size", "2", "share", "0.1", "rate", "0.01"));
        Set<Point> points = new HashSet<>(grid);
        assertThat(grid.stream().map(p -> p.text("rate"))).contains("0.001", "0.01", "0.1", "1");
        assertThat(grid.stream().map(p -> p.text("share"))).contains("0.1", "0.2", "0.3");
        for (Sampler s : List.of(new RandomSampler(1), new TpeSampler(1))) {
            assertThat(all(s, SMALL)).as("%s", s).hasSize(SMALL_POINTS).doesNotHaveDuplicates().containsAll(points);
        }
        assertThatThrownBy(() -> new GridSampler().check(SearchSpace.of(Range.whole("n", 1, 3), Range.real("rate", 0, 1)))).hasMessageContaining("rate");
    }

    private static double best(SearchSpace space, Sampler sampler, int trials, ToDoubleFunction<Point> f) {
        try (Search s = Search.inMemory(new SearchSettings(space, sampler, Goal.MINIMIZE, trials))) {
            s.run(Objective.of(f), 1, SearchListener.NONE);
            return s.best().orElseThrow().last().value();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double branin(Point p) { // least 0.3979, at three places
        double x = p.real("x");
        double y = p.real("y");
        double a = y - 5.1 / (4 * Math.PI * Math.PI) * x * x + 5 / Math.PI * x - 6;
        return a * a + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
    }

    private static double bowl(Point p) {
        double kind = switch (p.text("kind")) {
            case "a" -> 1;
            case "b" -> 0.3;
            case "c" -> 0;
            default -> 2;
        };
        double rate = Math.log10(p.real("rate")) + 2.5;
        return 0.5 * rate * rate + 0.1 * Math.pow(p.whole("layers") - 5, 2) + kind + Math.pow(p.real("momentum") - 0.9, 2);
    }

    /**
     * Over 30 seeds each. Were the two as good as each other, one would win 24 of 30 times or more with probability
     * 0.0007 (binomial).
     */
    @Test
    void densitiesFindBetterPointsThanChance() {
        SearchSpace square = SearchSpace.of(Range.real("x", -5, 10), Range.real("y", 0, 15));
        SearchSpace mixed = SearchSpace.of(Range.logarithmic("rate", 1e-5, 1), Range.whole("layers", 1, 8),
                new Choice("kind", List.of("a", "b", "c", "d")), Range.real("momentum", 0, 1));
        int branin = 0;
        int bowl = 0;
        double[] tpe = new double[30];
        double[] random = new double[30];
        for (int seed = 0; seed < 30; seed++) {
            if (best(square, new TpeSampler(seed), 60, SamplerTest::branin) < best(square, new RandomSampler(seed), 60, SamplerTest::branin)) branin++;
            tpe[seed] = best(mixed, new TpeSampler(seed), 60, SamplerTest::bowl);
            random[seed] = best(mixed, new RandomSampler(seed), 60, SamplerTest::bowl);
            if (tpe[seed] < random[seed]) bowl++;
        }
        assertThat(branin).isGreaterThanOrEqualTo(24);
        assertThat(bowl).isGreaterThanOrEqualTo(24);
        Arrays.sort(tpe);
        Arrays.sort(random);
        assertThat(tpe[15]).as("the median is better by far").isLessThan(random[15] / 3);
    }

    /** The density integrates to one, over numbers and choices together. */
    @Test
    void aDensityIsOne() {
        SearchSpace space = SearchSpace.of(Range.real("x", 0, 1), new Choice("c", List.of("a", "b", "c")));
        Parzen p = new Parzen(space, List.of(new double[] {0.02, 0.5}, new double[] {0.7, 1 / 6.0}));
        double sum = 0;
        for (int i = 0; i < 3000; i++) for (int c = 0; c < 3; c++) sum += Math.exp(p.logDensity(new double[] {(i + 0.5) / 3000, (c + 0.5) / 3}));
        assertThat(sum / 9000).isBetween(0.9999, 1.0001);
        Chance chance = new Chance(1, 1);
        int near = 0;
        for (int i = 0; i < 2000; i++) if (Math.abs(p.draw(chance)[0] - 0.7) < 0.1) near++;
        double expected = 0;
        for (int i = 0; i < 3000; i++) {
            double x = (i + 0.5) / 3000;
            if (Math.abs(x - 0.7) < 0.1) for (int c = 0; c < 3; c++) expected += Math.exp(p.logDensity(new double[] {x, (c + 0.5) / 3})) / 9000;
        }
        assertThat(near / 2000.0).as("draws follow it").isBetween(expected - 0.04, expected + 0.04);
    }

    @Test
    void proposalsDependOnSeedAndHistoryAlone() {
        List<Tried> history = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Point p = new TpeSampler(3).propose(SMALL, i, history).orElseThrow();
            assertThat(new TpeSampler(3).propose(SMALL, i, history)).contains(p);
            history.add(new Tried(p, p.real("share") * p.whole("size")));
        }
        List<Tried> other = new ArrayList<>(history);
        other.replaceAll(t -> new Tried(t.point(), -t.cost()));
        long differ = IntStream.range(20, 40)
                .filter(i -> !new TpeSampler(3).propose(SMALL, i, history).equals(new TpeSampler(3).propose(SMALL, i, other))).count();
        assertThat(differ).isGreaterThan(15);
    }

    @Test
    void valuesAndPositionsGoBothWays() {
        for (Dimension d : List.of(Range.real("a", -1, 3), Range.logarithmic("a", 1e-8, 10), Range.whole("a", -3, 12), new Range("a", 1, 512, true, true, 2),
                new Range("a", 1, 64, true, true, 0), Range.real("a", 0, 1).by(0.05), Range.real("a", 0.5, 0.5), new Choice("a", List.of("x", "y z", "")))) {
            for (int i = 0; i < 200; i++) {
                String v = d.at(i / 200.0);
                assertThat(d.at(d.position(v))).as("%s", d).isEqualTo(v);
            }
        }
        assertThat(Range.real("a", 0, 1).by(0.05).value(7)).isEqualTo("0.35");
        assertThat(Range.logarithmic("a", 1e-8, 1).at(0)).isEqualTo("1E-8");
        assertThat(Range.logarithmic("a", 1e-4, 1).at(0.5)).isEqualTo("0.01");
        assertThat(Range.real("a", 0.1234561, 0.9).at(0)).as("rounding does not leave the range").isEqualTo("0.1234561");
        assertThat(Range.whole("a", 0, 1L << 53).count()).hasValue((1L << 53) + 1);
        assertThat(SearchSpace.of(Range.whole("a", 0, 1L << 53), Range.whole("b", 0, 1L << 53)).combinations()).isEmpty();
    }

    @Test
    void spacesThatMakeNoSenseAreNamed() {
        refused(() -> Range.real("rate", 2, 1), "rate: the range is empty");
        refused(() -> Range.logarithmic("rate", 0, 1), "rate: a logarithmic range lies above 0");
        refused(() -> Range.logarithmic("rate", -1, 1), "above 0");
        refused(() -> Range.real("rate", 0, Double.POSITIVE_INFINITY), "finite ends");
        refused(() -> new Range("n", 1.5, 3, false, true, 0), "whole ends");
        refused(() -> Range.whole("n", 1, 3).by(0.5), "whole number");
        refused(() -> Range.real("n", 1, 3).by(-1), "above 0");
        refused(() -> Range.logarithmic("n", 1, 3).by(1), "factor above 1");
        refused(() -> new Choice("c", List.of()), "nothing to choose");
        refused(() -> new Choice("c", List.of("a", "a")), "twice");
        refused(() -> new SearchSpace(List.of()), "a setting to search over");
        refused(() -> SearchSpace.of(Range.whole("n", 1, 2), Range.whole("n", 1, 3)), "n is searched over twice");
        refused(() -> new SearchSettings(SMALL, new RandomSampler(1), Goal.MINIMIZE, 0), "at least 1 trial");
        refused(() -> new SearchSettings(SMALL, new RandomSampler(1), Goal.MINIMIZE, 8, new Halving(3, 3)), "need 9 trials, got 8");
        refused(() -> new Halving(1, 2), "one trial in 2");
        refused(() -> new Point(Map.of("a", "1")).text("b"), "no b");
    }

    private static void refused(Runnable what, String message) {
        assertThatThrownBy(what::run).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }
}
