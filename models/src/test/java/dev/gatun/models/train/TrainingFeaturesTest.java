package dev.gatun.models.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.models.checkpoint.Safetensors;
import dev.gatun.models.data.Dataset;
import dev.gatun.models.data.Text;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.LearningRate;
import dev.gatun.models.optim.Optimizer;
import dev.gatun.models.optim.ParameterGroup;
import dev.gatun.models.optim.Sgd;
import dev.gatun.models.tasks.LanguageTask;
import dev.gatun.models.text.CharTokenizer;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the settings offer beside steps and rate, on the reference backend. */
class TrainingFeaturesTest {
    private static final int CONTEXT = 8;
    private static final String BIAS = "layers.0.attention.qkv.bias";
    private static final String WEIGHT = "layers.0.mlp.up.weight";

    @TempDir
    Path dir;

    private final Text text = Text.of("verse", "the quick brown fox jumps over the lazy dog. ".repeat(40));
    private final CharTokenizer tokens = text.charTokenizer();
    private final Dataset data = Dataset.of(text, tokens, CONTEXT);
    private final Compiler compiler = new Compiler(Backend.REFERENCE, 1);

    @AfterEach
    void close() {
        compiler.close();
        data.close();
        text.close();
    }

    private Trainer trainer(int batch, TrainingSettings settings) {
        Gpt gpt = Gpt.of(new GptConfig(tokens.vocabulary(), CONTEXT, 1, 2, 8, GptConfig.Positions.LEARNED, 0));
        return new Trainer(compiler, LanguageTask.of(gpt, tokens, data, "verse", batch), settings);
    }

    private static TrainingSettings settings(int steps, double rate, Optimizer optimizer) {
        return new TrainingSettings(steps, new LearningRate.Constant(rate), optimizer, 0, 3, 2, 2);
    }

    private static float[] state(Trainer t, String name) {
        return t.executable().state(name).toArray(ValueLayout.JAVA_FLOAT);
    }

    @Test
    void severalBatchesToAStepAreOneLargeBatch() {
        TrainingSettings s = settings(3, 0.5, new Sgd(0.9, false, 0));
        try (Trainer large = trainer(6, s); Trainer small = trainer(2, s.withParts(3))) {
            assertThat(small.unitsPerStep()).isEqualTo(large.unitsPerStep());
            for (int i = 0; i < 3; i++) {
                assertThat(small.train()).isCloseTo(large.train(), within(2e-6f));
                assertThat(small.gradientNorm()).isCloseTo(large.gradientNorm(), within(2e-5f));
            }
            assertThat(state(small, WEIGHT)).containsExactly(state(large, WEIGHT), within(2e-6f));
            assertThat(state(small, TrainingGraph.GRADIENT + WEIGHT)).containsOnly(0);
        }
    }

    @Test
    void groupsOfParametersAreTrainedTheirOwnWay() {
        TrainingSettings plain = settings(1, 0.1, new Sgd(0, false, 0.2));
        TrainingSettings grouped = plain.withGroups(ParameterGroup.frozen("tokens.*"), ParameterGroup.of("*.bias").withRateFactor(3).withWeightDecay(0),
                ParameterGroup.of("*.up.weight").withWeightDecay(0).withL2(0.2), ParameterGroup.of("*.down.weight").withWeightDecay(0).withL1(0.4));
        try (Trainer a = trainer(2, plain); Trainer b = trainer(2, grouped)) {
            float[] tokens = state(a, "tokens.weight");
            float[] down = state(a, "layers.0.mlp.down.weight");
            float[] bias = state(a, BIAS);
            a.train();
            b.train();
            assertThat(state(b, "tokens.weight")).as("frozen").isEqualTo(tokens);
            assertThat(b.executable().states()).extracting(s -> s.name()).doesNotContain("optimizer.momentum.tokens.weight");
            assertThat(state(b, WEIGHT)).as("L2 is what this optimizer's decay is").containsExactly(state(a, WEIGHT), within(1e-7f));
            float[] moved = state(a, BIAS);
            float[] threefold = state(b, BIAS);
            for (int i = 0; i < bias.length; i++) {
                assertThat(threefold[i] - bias[i]).isCloseTo(3 * (moved[i] - bias[i]), within(1e-6f)); // biases start at 0
            }
            float[] decayed = state(a, "layers.0.mlp.down.weight");
            float[] sparse = state(b, "layers.0.mlp.down.weight");
            for (int i = 0; i < down.length; i++) {
                float gradient = (down[i] - decayed[i]) / 0.1f - 0.2f * down[i];
                assertThat(sparse[i]).isCloseTo(down[i] - 0.1f * (gradient + 0.4f * Math.signum(down[i])), within(1e-6f));
            }
        }
        assertThatThrownBy(() -> trainer(2, plain.withGroups(ParameterGroup.of("layer.*")))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no parameter's name fits the pattern layer.*").hasMessageContaining("tokens.weight");
        assertThatThrownBy(() -> trainer(2, plain.withGroups(ParameterGroup.frozen("*")))).hasMessageContaining("nothing to train");
    }

    @Test
    void patternsFitWholeNames() {
        assertThat(ParameterGroup.of("*.bias").matches(BIAS)).isTrue();
        assertThat(ParameterGroup.of("layers.?.mlp*").matches(WEIGHT)).isTrue();
        assertThat(ParameterGroup.of("layers.0").matches(WEIGHT)).isFalse();
        assertThat(ParameterGroup.of("layersx0.*").matches(WEIGHT)).isFalse();
    }

    @Test
    void movingAveragesAreWhatIsValidatedAndSaved() throws IOException {
        TrainingSettings s = settings(4, 0.5, new Sgd(0, false, 0));
        try (Trainer plain = trainer(2, s); Trainer averaged = trainer(2, s.withAveraging(0.3).withGroups(ParameterGroup.frozen("positions.*")))) {
            float[] expected = state(averaged, WEIGHT);
            for (int step = 1; step <= 4; step++) {
                averaged.train();
                double past = Math.min(0.3, (1.0 + step) / (10 + step));
                float[] now = state(averaged, WEIGHT);
                for (int i = 0; i < now.length; i++) expected[i] = (float) (past * expected[i] + (1 - past) * now[i]);
            }
            assertThat(state(averaged, TrainingGraph.AVERAGE + WEIGHT)).containsExactly(expected, within(1e-6f));
            double validated = averaged.validate(2).loss();

            RunFolder folder = RunFolder.create(dir.resolve("run"), false);
            folder.save(averaged);
            try (Safetensors weights = Safetensors.open(dir.resolve("run/weights.safetensors"))) {
                assertThat(weights.tensors()).extracting(x -> x.name()).contains(WEIGHT, "positions.weight").noneMatch(n -> n.startsWith("average"));
            }
            folder.readWeights(plain.parameters(), plain.executable());
            assertThat(plain.validate(2).loss()).as("the saved weights are the averages").isEqualTo(validated);
        }
    }

    @Test
    void aRunWithAllOfItResumesBitForBit() throws IOException {
        TrainingSettings s = new TrainingSettings(9, new LearningRate.Warmup(new LearningRate.Plateau(2, 0.5, 1), 2), AdamW.standard(), 1, 3, 1, 2)
                .withParts(2).withAveraging(0.9).withGroups(ParameterGroup.frozen("positions.*"));
        List<Double> losses = new ArrayList<>();
        List<Double> rates = new ArrayList<>();
        try (Trainer t = trainer(2, s)) {
            t.run(p -> {
                losses.add(p.validationLoss());
                rates.add(p.learningRate());
            }, () -> false);
        }
        RunFolder folder = RunFolder.create(dir.resolve("run"), false);
        try (Trainer t = trainer(2, s)) {
            t.run(p -> {}, () -> t.step() == 6);
            folder.save(t);
        }
        assertThat(rates.get(8)).as("the rate was reduced on the way").isLessThan(1.5);
        try (Trainer t = trainer(2, s)) {
            folder.resume(t);
            List<Progress> rest = new ArrayList<>();
            t.run(rest::add, () -> false);
            assertThat(rest).extracting(Progress::validationLoss).isEqualTo(losses.subList(6, 9));
            assertThat(rest).extracting(Progress::learningRate).isEqualTo(rates.subList(6, 9));
        }
    }

    @Test
    void patienceEndsARunAndReducesTheRate() {
        double nothing = 1e-30; // too little to change a weight
        TrainingSettings s = new TrainingSettings(100, new LearningRate.Plateau(nothing, 0.5, 2), new Sgd(0, false, 0), 0, 3, 2, 2);
        List<Double> rates = new ArrayList<>();
        List<String> heard = new ArrayList<>();
        try (Trainer t = trainer(2, s.withPatience(5))) {
            Ending ending = t.run(new TrainingListener() {
                @Override
                public void started(Trainer trainer) {
                    heard.add("started");
                }

                @Override
                public void stepped(Progress p) {
                    rates.add(p.learningRate());
                }

                @Override
                public void ended(Trainer trainer, Ending why) {
                    heard.add(why.toString());
                }
            });
            assertThat(ending).isEqualTo(Ending.NO_PROGRESS);
            assertThat(t.step()).isEqualTo(2 * (1 + 5));
            assertThat(t.bestStep()).isEqualTo(2);
        }
        assertThat(heard).containsExactly("started", "NO_PROGRESS");
        assertThat(rates.subList(0, 6)).containsOnly(nothing);
        assertThat(rates.subList(6, 10)).containsOnly(nothing / 2);
        assertThat(rates.getLast()).isEqualTo(nothing / 4);
    }

    /** A rate that rises until the loss, which got better, gets worse. */
    private static TrainingSettings unsteady(int steps) {
        return new TrainingSettings(steps, new LearningRate.Warmup(new LearningRate.Constant(1), 30), AdamW.standard(), 0, 3, 1, 2).withPatience(40).withAveraging(0.2);
    }

    private static float[] saved(Path run) throws IOException {
        try (Safetensors weights = Safetensors.open(run.resolve("weights.safetensors"))) {
            return weights.map(WEIGHT).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        }
    }

    @Test
    void aRunThatStopsEarlyKeepsTheWeightsOfItsBestValidationAlsoWhenItIsResumed() throws IOException {
        RunFolder folder = RunFolder.create(dir.resolve("whole"), false);
        List<float[]> best = new ArrayList<>();
        long bestStep;
        double bestLoss;
        try (Trainer t = trainer(2, unsteady(20))) {
            t.run(p -> {
                if (!t.isBest()) return;
                best.add(state(t, TrainingGraph.AVERAGE + WEIGHT));
                keep(folder, t);
            }, () -> false);
            folder.save(t);
            bestStep = t.bestStep();
            bestLoss = t.bestValidation();
            assertThat(bestStep).as("neither the first nor the last").isBetween(2L, 19L);
            assertThat(saved(folder.path())).isEqualTo(best.getLast()).isNotEqualTo(state(t, TrainingGraph.AVERAGE + WEIGHT));
            folder.readWeights(t.evaluated(), t.executable());
            assertThat(t.validate(2).loss()).isEqualTo(bestLoss);
        }
        RunFolder cut = RunFolder.create(dir.resolve("cut"), false);
        try (Trainer t = trainer(2, unsteady(20))) { // stops with a checkpoint just after the best step, and goes on beyond it
            t.run(p -> {
                if (t.isBest()) keep(cut, t);
                if (p.step() == bestStep) save(cut, t);
            }, () -> t.step() == bestStep + 1);
        }
        java.nio.file.Files.delete(dir.resolve("cut/checkpoints/best.safetensors"));
        try (Trainer t = trainer(2, unsteady(20))) {
            assertThat(cut.resume(t)).isEqualTo(bestStep);
            assertThat(dir.resolve("cut/checkpoints/best.safetensors")).exists();
            t.run(p -> {
                if (t.isBest()) keep(cut, t);
            }, () -> false);
            Checkpoint last = cut.save(t);
            assertThat(last.holdsBest()).isTrue();
            last.check();
        }
        assertThat(saved(cut.path())).isEqualTo(best.getLast());
    }

    private static void keep(RunFolder folder, Trainer t) {
        try {
            folder.keepBest(t);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void save(RunFolder folder, Trainer t) {
        try {
            folder.save(t);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aSearchSuggestsARateThatLearnsAndStopsWhenTheLossRunsAway() {
        LearningRateFinder.Found found;
        try (Trainer t = trainer(4, settings(100, 1, new Sgd(0.9, false, 0)))) {
            found = LearningRateFinder.find(t, 1e-4, 1e4, 80);
        }
        assertThat(found.points().size()).as("it stopped early").isLessThan(80);
        assertThat(found.suggestion()).isBetween(1e-3, 10.0);
        try (Trainer t = trainer(4, settings(30, found.suggestion(), new Sgd(0.9, false, 0)))) {
            double before = t.validate(2).loss();
            t.run(p -> {}, () -> false);
            assertThat(t.validate(2).loss()).isLessThan(before - 0.1);
        }
        List<LearningRateFinder.Point> curve = new ArrayList<>();
        for (int i = 0; i < 40; i++) { // falls the fastest at point 20, lowest at 30
            double loss = i <= 30 ? 4 - 3 / (1 + Math.exp(-(i - 20) / 2.0)) : 1 + (i - 30) * 0.5;
            curve.add(new LearningRateFinder.Point(Math.pow(10, -5 + i / 10.0), loss));
        }
        assertThat(LearningRateFinder.suggestion(curve)).isEqualTo(curve.get(20).rate());
        assertThatThrownBy(() -> LearningRateFinder.find(null, 1, 0.1, 80)).isInstanceOf(IllegalArgumentException.class);
    }
}
