package dev.gatun.models.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.inference.MannWhitneyUTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of measurements against their definitions, which look at all examples at once. */
class StreamsTest {
    private static final MathContext EXACT = new MathContext(60);

    private static double pairs(float[] scores, boolean[] positive) {
        double won = 0;
        long pairs = 0;
        for (int i = 0; i < scores.length; i++) {
            for (int j = 0; j < scores.length; j++) {
                if (!positive[i] || positive[j]) continue;
                pairs++;
                won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
            }
        }
        return won / pairs;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 17, 257})
    void theAreaIsTheShareOfPairsInTheirOrder(int examples) {
        Random r = new Random(examples);
        for (int trial = 0; trial < 20; trial++) {
            int values = trial < 10 ? 1 + trial : 1 << 20; // many equal scores, then few
            float[] scores = new float[examples];
            boolean[] positive = new boolean[examples];
            RocAuc whole = new RocAuc();
            RocAuc[] halves = {new RocAuc(), new RocAuc()};
            for (int i = 0; i < examples; i++) {
                positive[i] = i == 0 || i > 1 && r.nextBoolean(); // both classes occur
                scores[i] = (r.nextInt(values) - values / 2 + (positive[i] ? values / 7 : 0)) * 0.25f;
                whole.add(scores[i], positive[i]);
                halves[i % 3 == 0 ? 0 : 1].add(scores[i], positive[i]);
            }
            assertThat(whole.value()).isCloseTo(pairs(scores, positive), within(1e-12));
            halves[0].merge(halves[1]);
            assertThat(halves[0].value()).isEqualTo(whole.value());
            assertThat(Math.max(whole.value(), 1 - whole.value())).isCloseTo(mannWhitney(scores, positive), within(1e-9));
        }
    }

    private static double mannWhitney(float[] scores, boolean[] positive) {
        double[][] sides = new double[2][];
        for (int side = 0; side < 2; side++) {
            List<Double> of = new ArrayList<>();
            for (int i = 0; i < scores.length; i++) if (positive[i] == (side == 0)) of.add((double) scores[i]);
            sides[side] = of.stream().mapToDouble(x -> x).toArray();
        }
        return new MannWhitneyUTest().mannWhitneyU(sides[0], sides[1]) / sides[0].length / sides[1].length;
    }

    @Test
    void anAreaOfOneClassIsNotDefined() {
        RocAuc a = new RocAuc();
        assertThat(a.value()).isNaN();
        a.add(1, true);
        assertThat(a.value()).isNaN();
        a.add(1, false);
        assertThat(a.value()).isEqualTo(0.5);
        a.add(0f, true);
        a.add(-0f, false);
        assertThat(a.value()).as("both zeros are one: 1=1, 1>0, 0<1, 0=0").isEqualTo(0.5);
        a.add(Float.NaN, false);
        assertThat(a.value()).isNaN();
    }

    @Test
    void classesAreRankedByTheirOddsAlsoWhereTheirProbabilityRoundsToOne() {
        int classes = 5;
        Random r = new Random(3);
        OneVsRestAuc whole = new OneVsRestAuc(classes);
        OneVsRestAuc[] parts = {new OneVsRestAuc(classes), new OneVsRestAuc(classes)};
        int n = 120;
        float[] logits = new float[n * classes];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = r.nextInt(classes - 1); // the last class never occurs
            for (int c = 0; c < classes; c++) logits[i * classes + c] = (float) (r.nextGaussian() * 40 + (c == labels[i] ? 40 : 0));
            whole.add(logits, i * classes, labels[i]);
            parts[i % 2].add(logits, i * classes, labels[i]);
        }
        for (int c = 0; c < classes - 1; c++) {
            float[] odds = new float[n];
            boolean[] own = new boolean[n];
            for (int i = 0; i < n; i++) {
                own[i] = labels[i] == c;
                BigDecimal others = BigDecimal.ZERO; // log-odds in 60 digits
                for (int k = 0; k < classes; k++) if (k != c) others = others.add(exp(logits[i * classes + k] - (double) logits[i * classes + c]));
                odds[i] = (float) -log(others);
            }
            assertThat(whole.values().get(c)).as("class " + c).isCloseTo(pairs(odds, own), within(1e-12));
        }
        assertThat(whole.values().getLast()).isNaN();
        assertThat(OneVsRestAuc.macro(whole.values())).isCloseTo(whole.values().subList(0, 4).stream().mapToDouble(x -> x).sum() / 4, within(1e-15));
        assertThat(OneVsRestAuc.macro(List.of(Double.NaN))).isNaN();
        parts[0].merge(parts[1]);
        assertThat(parts[0].values()).isEqualTo(whole.values());
    }

    private static BigDecimal exp(double x) {
        int doublings = 12;
        BigDecimal y = BigDecimal.valueOf(x).divide(BigDecimal.valueOf(1 << doublings), EXACT);
        BigDecimal term = BigDecimal.ONE;
        BigDecimal sum = BigDecimal.ONE;
        for (int k = 1; k < 60; k++) {
            term = term.multiply(y, EXACT).divide(BigDecimal.valueOf(k), EXACT);
            sum = sum.add(term);
        }
        for (int i = 0; i < doublings; i++) sum = sum.multiply(sum, EXACT);
        return sum;
    }

    private static double log(BigDecimal x) {
        int digits = x.precision() - x.scale();
        return Math.log(x.movePointLeft(digits).doubleValue()) + digits * Math.log(10);
    }

    @Test
    void errorsOfNumbersFollowFromAllExamplesAtOnce() {
        Random r = new Random(5);
        Regression whole = new Regression(2);
        Regression[] parts = {new Regression(2), new Regression(2), new Regression(2)};
        int n = 500;
        double[][] predicted = new double[2][n];
        double[][] targets = new double[2][n];
        for (int i = 0; i < n; i++) {
            double[] t = {1e9 + r.nextGaussian(), r.nextGaussian() * 1e-3}; // a mean a billion times the spread
            double[] p = {t[0] + r.nextGaussian() * 0.1, t[1] * 0.5};
            whole.add(p, t);
            parts[i % 7 == 0 ? 0 : 1].add(p, t); // the third stays empty
            for (int o = 0; o < 2; o++) {
                predicted[o][i] = p[o];
                targets[o][i] = t[o];
            }
        }
        double mse = 0;
        double mae = 0;
        double r2 = 0;
        for (int o = 0; o < 2; o++) {
            BigDecimal squared = BigDecimal.ZERO;
            BigDecimal absolute = BigDecimal.ZERO;
            for (int i = 0; i < n; i++) {
                BigDecimal e = new BigDecimal(predicted[o][i]).subtract(new BigDecimal(targets[o][i]));
                squared = squared.add(e.multiply(e));
                absolute = absolute.add(e.abs());
            }
            double spread = StatUtils.variance(targets[o]) * (n - 1);
            assertThat(whole.mse(o)).isCloseTo(squared.doubleValue() / n, within(1e-12 * squared.doubleValue() / n));
            assertThat(whole.mae(o)).isCloseTo(absolute.doubleValue() / n, within(1e-12 * absolute.doubleValue() / n));
            assertThat(whole.r2(o)).isCloseTo(1 - squared.doubleValue() / spread, within(1e-9));
            mse += whole.mse(o) / 2;
            mae += whole.mae(o) / 2;
            r2 += whole.r2(o) / 2;
        }
        assertThat(whole.r2(1)).isCloseTo(0.75, within(0.02));
        assertThat(new double[] {whole.mse(), whole.mae(), whole.r2(), whole.rmse()}).containsExactly(new double[] {mse, mae, r2, Math.sqrt(mse)}, within(1e-12));
        parts[2].merge(parts[0]);
        parts[2].merge(parts[1]);
        parts[2].merge(new Regression(2));
        assertThat(parts[2].examples()).isEqualTo(n);
        for (int o = 0; o < 2; o++) {
            assertThat(parts[2].mse(o)).isCloseTo(whole.mse(o), within(1e-13));
            assertThat(parts[2].mae(o)).isCloseTo(whole.mae(o), within(1e-13));
            assertThat(parts[2].r2(o)).isCloseTo(whole.r2(o), within(1e-9));
        }
    }

    @Test
    void errorsThatAreNotDefinedAreNoNumbers() {
        Regression empty = new Regression(1);
        assertThat(new double[] {empty.mse(), empty.mae(), empty.r2(), empty.rmse()}).containsOnly(Double.NaN);
        empty.add(3, 2);
        empty.add(2, 2);
        assertThat(empty.mse()).isEqualTo(0.5);
        assertThat(empty.r2()).as("all targets are the same").isNaN();
        assertThatThrownBy(() -> empty.add(new double[2], new double[2])).hasMessageContaining("expected 1 outputs");
        assertThatThrownBy(() -> empty.merge(new Regression(2))).hasMessageContaining("2 outputs");
        assertThatThrownBy(() -> new Regression(0)).hasMessageContaining("at least 1");
    }

    @Test
    void sumsKeepWhatPlainOnesLose() {
        Sum s = new Sum();
        for (double x : new double[] {1, 1e100, 1, -1e100}) s.add(x);
        assertThat(s.value()).isEqualTo(2);
        Sum t = new Sum();
        t.add(1e100);
        t.add(s);
        t.add(-1e100);
        assertThat(t.value()).isEqualTo(2);
    }

    @Test
    void everyTokenWeighsTheSameAndCharactersAreCountedOnce() {
        Perplexity p = new Perplexity();
        assertThat(new double[] {p.loss(), p.value(), p.bitsPerByte(), p.bitsPerCharacter()}).containsOnly(Double.NaN);
        byte[] text = "aß€😀".getBytes(StandardCharsets.UTF_8); // 1 + 2 + 3 + 4 bytes
        Perplexity bytes = new Perplexity();
        Perplexity rest = new Perplexity();
        for (int i = 0; i < text.length; i++) (i < 6 ? bytes : rest).add(Math.log(8), new byte[] {text[i]});
        bytes.merge(rest);
        assertThat(bytes.value()).as("one of eight").isCloseTo(8, within(1e-12));
        assertThat(bytes.characters()).isEqualTo(4);
        assertThat(bytes.bytes()).isEqualTo(10);
        assertThat(bytes.bitsPerByte()).isCloseTo(3, within(1e-12));
        assertThat(bytes.bitsPerCharacter()).isCloseTo(7.5, within(1e-12));
        p.add(1, new byte[0]);
        p.add(3, text);
        assertThat(p.tokens()).isEqualTo(2);
        assertThat(p.loss()).isEqualTo(2);
        assertThat(p.bitsPerByte()).isCloseTo(4 / Math.log(2) / 10, within(1e-12));
    }

    @Test
    void slicesMeasureEachGroupAsIfThereWereNoOther() {
        Random r = new Random(7);
        Slices<ConfusionMatrix> whole = new Slices<>(() -> new ConfusionMatrix(3));
        Slices<ConfusionMatrix> first = new Slices<>(() -> new ConfusionMatrix(3));
        Slices<ConfusionMatrix> second = new Slices<>(() -> new ConfusionMatrix(3));
        String[] names = {"red", "green", "blue"};
        int n = 400;
        int[] group = new int[n];
        int[] label = new int[n];
        int[] found = new int[n];
        for (int i = 0; i < n; i++) {
            group[i] = r.nextInt(3);
            label[i] = r.nextInt(3);
            found[i] = r.nextInt(4) < 2 ? label[i] : r.nextInt(group[i] + 1);
            whole.of(names[group[i]]).add(label[i], found[i]);
            (i < 100 ? first : second).of(names[group[i]]).add(label[i], found[i]);
        }
        double[] selected = new double[3];
        double[] hits = new double[3];
        double[] alarms = new double[3];
        for (int g = 0; g < 3; g++) {
            double all = 0;
            double own = 0;
            for (int i = 0; i < n; i++) {
                if (group[i] != g) continue;
                all++;
                if (label[i] == 1) own++;
                if (found[i] == 1) selected[g]++;
                if (found[i] == 1 && label[i] == 1) hits[g]++;
                if (found[i] == 1 && label[i] != 1) alarms[g]++;
            }
            selected[g] /= all;
            hits[g] /= own;
            alarms[g] /= all - own;
        }
        Fairness f = Fairness.of(whole.all().values(), 1);
        assertThat(f.parityDifference()).isCloseTo(StatUtils.max(selected) - StatUtils.min(selected), within(1e-12));
        assertThat(f.parityRatio()).isCloseTo(StatUtils.min(selected) / StatUtils.max(selected), within(1e-12));
        assertThat(f.oddsDifference())
                .isCloseTo(Math.max(StatUtils.max(hits) - StatUtils.min(hits), StatUtils.max(alarms) - StatUtils.min(alarms)), within(1e-12)).isPositive();
        first.merge(second, ConfusionMatrix::merge);
        assertThat(Fairness.of(first.all().values(), 1)).isEqualTo(f);
        assertThat(first.all().keySet()).containsExactly("blue", "green", "red");
        Slices<int[]> many = new Slices<>(() -> new int[1]);
        for (int i = 0; i < 1000; i++) many.of("g" + i);
        assertThatThrownBy(() -> many.of("one more")).hasMessageContaining("1000 groups");
    }

    @Test
    void ratesWithoutExamplesAreLeftOut() {
        ConfusionMatrix a = new ConfusionMatrix(2);
        ConfusionMatrix b = new ConfusionMatrix(2);
        a.add(0, 0);
        b.add(0, 1);
        Fairness f = Fairness.of(List.of(a, b), 1);
        assertThat(f).as("nobody is of class 1: only false positives can be compared").isEqualTo(new Fairness(1, 0, 1));
        assertThat(Fairness.of(List.of(a, a), 1)).as("nothing is selected, from no group").isEqualTo(new Fairness(0, 1, 0));
        assertThat(Fairness.of(List.of(a), 1)).isEqualTo(new Fairness(Double.NaN, Double.NaN, Double.NaN));
        assertThat(Fairness.of(Map.of("x", a, "empty", new ConfusionMatrix(2)).values(), 1).parityDifference()).isNaN();
    }

    @Test
    void classifiersMeasuredInPartsAreMeasuredAsOne() {
        Random r = new Random(11);
        List<String> names = List.of("a", "b", "c");
        Classification whole = new Classification(names);
        Classification[] parts = {new Classification(names), new Classification(names)};
        for (int i = 0; i < 90; i++) {
            float[] logits = {(float) r.nextGaussian(), (float) r.nextGaussian(), (float) r.nextGaussian()};
            int label = r.nextInt(3);
            whole.add(logits, 0, label);
            parts[i / 50].add(logits, 0, label);
        }
        parts[0].merge(parts[1]);
        ClassificationReport a = whole.report();
        ClassificationReport b = parts[0].report();
        assertThat(b.areas()).isEqualTo(a.areas()).hasSize(3);
        assertThat(b.loss()).isCloseTo(a.loss(), within(1e-14));
        assertThat(b.topK()).isEqualTo(a.topK());
        assertThat(b.matrix().macro()).isEqualTo(a.matrix().macro());
        Classification counts = Classification.counting(names);
        counts.merge(parts[0]);
        assertThat(counts.report().areas()).isEmpty();
        assertThat(counts.report().auc()).isNaN();
        assertThat(counts.accuracy()).isEqualTo(a.accuracy());
        assertThat(new Classification(names).report().json()).contains("\"loss\" : null", "\"auc\" : null");
    }
}
