package dev.gatun.models.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.data.image.Augmentation;
import dev.gatun.models.data.image.ImageDataset;
import dev.gatun.models.data.image.ImageSplit;
import dev.gatun.models.data.image.LoaderSettings;
import dev.gatun.models.data.image.Mixing;
import dev.gatun.models.data.image.Normalization;
import dev.gatun.models.data.image.Part;
import dev.gatun.models.data.image.SyntheticDigits;
import dev.gatun.models.metrics.ClassificationReport;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.LearningRate;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.Trainer;
import dev.gatun.models.train.TrainingSettings;
import dev.gatun.models.train.Validation;
import dev.gatun.models.vision.ImageConfig;
import dev.gatun.models.vision.ImageSize;
import dev.gatun.models.vision.LeNetConfig;
import dev.gatun.models.vision.MobileNetConfig;
import dev.gatun.models.vision.ResNetConfig;
import dev.gatun.models.vision.VggConfig;
import dev.gatun.models.vision.VitConfig;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageTaskTest {
    private static final ImageSize DIGITS = new ImageSize(28, 28, 1);
    private static final int BATCH = 32;

    private static ImageDataset train;
    private static ImageDataset test;
    private static Normalization normalization;
    private static Compiler compiler;

    @TempDir
    Path dir;

    @BeforeAll
    static void draw() {
        train = SyntheticDigits.draw(Part.TRAIN, 1_000, 1);
        test = SyntheticDigits.draw(Part.TEST, 205, 1); // no multiple of the batch
        normalization = Normalization.of(train.all());
        compiler = new Compiler(Backend.SIMD, 2);
    }

    @AfterAll
    static void close() {
        compiler.close();
        train.close();
        test.close();
    }

    private static ImageTask task(ImageConfig config, LoaderSettings loading, double smoothing) {
        return new ImageTask(config, new ImageSplit(train.all(), test.all()), normalization, loading, smoothing);
    }

    private static TrainingSettings settings(int steps) {
        return new TrainingSettings(steps, new LearningRate.Cosine(3e-3, 0, 10, steps), new AdamW(0.9, 0.99, 1e-8, 0.01, false), 1, 1, steps, 100);
    }

    private static ResNetConfig tinyResNet() {
        return new ResNetConfig(DIGITS, 10, ResNetConfig.Stem.LARGE, false, List.of(1, 1), 16);
    }

    @Test
    void digitsAreToldApartAndEverythingComesBackFromTheFolder() throws IOException {
        try (ImageTask task = task(tinyResNet(), LoaderSettings.training(BATCH, 1), 0.1); Trainer t = new Trainer(compiler, task, settings(150))) {
            t.run(p -> {}, () -> false);
            Validation v = t.validate(100);
            assertThat(v.examples()).as("the last batch is not full").isEqualTo(205);
            assertThat(v.metrics().get(ImageTask.ACCURACY)).isGreaterThan(0.85);
            assertThat(t.validate(2).examples()).isEqualTo(2 * BATCH);
            RunFolder folder = RunFolder.create(dir.resolve("run"), false);
            folder.save(t);
            SavedImageModel saved = SavedImageModel.open(RunFolder.open(dir.resolve("run")));
            assertThat(saved.classNames()).isEqualTo(train.classNames());
            assertThat(saved.normalization()).isEqualTo(normalization);
            assertThat(saved.model().config()).isEqualTo(tinyResNet());
            try (ImageClassifier c = new ImageClassifier(compiler, RunFolder.open(dir.resolve("run")), 50)) {
                ClassificationReport r = c.evaluate(test.all(), List.of());
                assertThat(r.accuracy()).as("running statistics are part of the weights").isEqualTo(v.metrics().get(ImageTask.ACCURACY));
                assertThat(r.loss()).isCloseTo(v.loss(), within(1e-5));
                assertThat(c.evaluate(test.all(), List.of(new Augmentation.Invert())).accuracy()).as("black on white").isLessThan(r.accuracy() - 0.2);
                List<List<ImageClassifier.Guess>> guesses = c.predict(test.all(), List.of(), 3);
                assertThat(guesses).hasSize(205).allSatisfy(g -> {
                    assertThat(g).hasSize(3);
                    assertThat(g.get(0).probability()).isGreaterThanOrEqualTo(g.get(1).probability());
                    assertThat(g.stream().mapToDouble(ImageClassifier.Guess::probability).sum()).isBetween(0.2, 1.000001);
                    assertThat(g.get(0).name()).isEqualTo(Integer.toString(g.get(0).label()));
                });
                long hits = java.util.stream.IntStream.range(0, 205).filter(i -> guesses.get(i).getFirst().label() == test.label(i)).count();
                assertThat(hits).isEqualTo(Math.round(r.accuracy() * 205));
            }
        }
    }

    private static float[] weights(LoaderSettings loading, int from, int to, Path resumed) throws IOException {
        try (ImageTask task = task(LeNetConfig.of(DIGITS, 10), loading, 0.1); Trainer t = new Trainer(compiler, task, settings(40))) {
            if (from > 0) RunFolder.open(resumed).resume(t);
            t.run(p -> {}, () -> t.step() >= to);
            if (to < 40) RunFolder.create(resumed, false).save(t);
            return t.executable().state("third.weight").toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    @Test
    void workersAndInterruptionsChangeNothing() throws IOException {
        LoaderSettings loading = LoaderSettings.training(BATCH, 9).with(new Augmentation.PadCrop(2), new Augmentation.Rotation(10));
        float[] whole = weights(loading, 0, 40, dir);
        assertThat(weights(loading.withWorkers(3), 0, 40, dir)).isEqualTo(whole);
        weights(loading, 0, 17, dir.resolve("half"));
        assertThat(weights(loading, 17, 40, dir.resolve("half"))).isEqualTo(whole);
    }

    @Test
    void blendedImagesAreLearnedFromToo() {
        for (Mixing mixing : List.of(new Mixing(0.2, 0), new Mixing(0, 1))) {
            try (ImageTask task = task(LeNetConfig.of(DIGITS, 10), LoaderSettings.training(BATCH, 1).with(mixing), 0.05);
                    Trainer t = new Trainer(compiler, task, settings(150))) {
                t.run(p -> {}, () -> false);
                assertThat(t.validate(100).metrics().get(ImageTask.ACCURACY)).as(mixing.toString()).isGreaterThan(0.8);
            }
        }
    }

    @Test
    void everyKindOfModelComesBackFromItsConfiguration() throws IOException {
        List<ImageConfig> configs = List.of(new LeNetConfig(DIGITS, 10, 3, 4, 9, 8), tinyResNet(),
                new VggConfig(DIGITS, 10, List.of(4, 6), List.of(1, 2), 12, 0.25),
                new MobileNetConfig(DIGITS, 10, 4, 2, List.of(6, 8), List.of(1, 2)),
                new VitConfig(DIGITS, 10, 7, 1, 2, 8, VitConfig.Pooling.MEAN, 0.1));
        for (ImageConfig c : configs) {
            Path run = dir.resolve(c.kind());
            try (ImageTask task = task(c, LoaderSettings.training(BATCH, 1), 0); Trainer t = new Trainer(compiler, task, settings(2))) {
                t.run(p -> {}, () -> false);
                RunFolder.create(run, false).save(t);
            }
            assertThat(SavedImageModel.open(RunFolder.open(run)).model().config()).isEqualTo(c);
            RunFolder.open(run).checkWeights(SavedImageModel.open(RunFolder.open(run)).parameters());
        }
    }

    @Test
    void whatDoesNotFitIsNamed() throws IOException {
        assertThatThrownBy(() -> task(LeNetConfig.of(new ImageSize(32, 32, 1), 10), LoaderSettings.training(BATCH, 1), 0))
                .hasMessageContaining("takes images of 32x32x1").hasMessageContaining("28x28x1");
        assertThatThrownBy(() -> task(LeNetConfig.of(DIGITS, 7), LoaderSettings.training(BATCH, 1), 0)).hasMessageContaining("in 7 classes");
        assertThatThrownBy(() -> task(LeNetConfig.of(DIGITS, 10), LoaderSettings.training(2_000, 1), 0)).hasMessageContaining("fewer than a batch of 2000");
        assertThatThrownBy(() -> task(LeNetConfig.of(DIGITS, 10), LoaderSettings.training(BATCH, 1), 1)).hasMessageContaining("label smoothing");
        try (ImageTask task = task(LeNetConfig.of(DIGITS, 10), LoaderSettings.training(BATCH, 1), 0); Trainer t = new Trainer(compiler, task, settings(1))) {
            RunFolder.create(dir.resolve("run"), false).save(t);
        }
        Path config = dir.resolve("run/config.json");
        String good = Files.readString(config);
        broken(config, good.replaceFirst("\"9\" ]", "\"9\", \"10\" ]"), "classNames", "expected 10, found 11");
        broken(config, good.replaceFirst("\"mean\" : \\[", "\"mean\" : [ \"x\","), "mean", "a list of numbers");
        broken(config, good.replaceFirst("\"std\" : \\[ 0", "\"std\" : [ -0"), "std", "deviation above 0");
        broken(config, good.replaceFirst("\"first\" : 6", "\"first\" : 0"), "model", "first must lie in");
        broken(config, good.replaceFirst("lenet", "alexnet"), "model.kind", "expected one of");
        Files.writeString(config, good.replaceFirst("\"first\" : 6", "\"first\" : 7"));
        assertThatThrownBy(() -> new ImageClassifier(compiler, RunFolder.open(dir.resolve("run")), 1))
                .isInstanceOf(CheckpointException.class).hasMessageContaining("first.weight");
    }

    private void broken(Path config, String content, String... expected) throws IOException {
        Files.writeString(config, content);
        assertThatThrownBy(() -> SavedImageModel.open(RunFolder.open(dir.resolve("run")))).isInstanceOf(CheckpointException.class)
                .message().contains("config.json").contains(expected);
    }
}
