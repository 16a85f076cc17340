package dev.gatun.models.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gatun.models.data.image.IdxImages;
import dev.gatun.models.data.image.ImageDataset;
import dev.gatun.models.data.image.ImageSplit;
import dev.gatun.models.data.image.LoaderSettings;
import dev.gatun.models.data.image.Normalization;
import dev.gatun.models.data.image.Part;
import dev.gatun.models.data.image.ReadOptions;
import dev.gatun.models.optim.LearningRate;
import dev.gatun.models.train.Trainer;
import dev.gatun.models.train.TrainingSettings;
import dev.gatun.models.train.Validation;
import dev.gatun.models.vision.ImagePreset;
import dev.gatun.models.vision.ImageSize;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** LeNet on MNIST, where {@code shared/data/mnist} lies beside the repository or above; skipped elsewhere. */
class MnistTest {
    private static Path folder() {
        return Stream.iterate(Path.of("").toAbsolutePath(), p -> p != null, Path::getParent)
                .map(p -> p.resolve("shared/data/mnist"))
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(Path.of("shared/data/mnist"));
    }

    @Test
    void oneEpochReadsNinetySevenAndAHalfOfAHundredDigits() {
        assumeThat(folder()).as("MNIST is not here").isDirectory();
        ImagePreset preset = ImagePreset.LENET;
        try (ImageDataset train = IdxImages.read(folder(), Part.TRAIN, ReadOptions.strict());
                ImageDataset test = IdxImages.read(folder(), Part.TEST, ReadOptions.strict());
                Compiler compiler = new Compiler(Backend.AUTO, 2);
                ImageTask task = new ImageTask(preset.config(new ImageSize(28, 28, 1), 10), new ImageSplit(train.all(), test.all()),
                        Normalization.of(train.all()), LoaderSettings.training(preset.batch(), 1), 0)) {
            int steps = (int) task.batchesPerEpoch();
            assertThat(steps).isEqualTo(937);
            TrainingSettings settings = new TrainingSettings(steps, new LearningRate.Cosine(preset.learningRate(), 0, steps / 10, steps),
                    preset.optimizer().of(preset.weightDecay()), 0, 1, steps, 1_000);
            try (Trainer trainer = new Trainer(compiler, task, settings)) {
                for (int i = 0; i < steps; i++) trainer.train();
                Validation v = trainer.validate(1_000);
                assertThat(v.examples()).isEqualTo(10_000);
                assertThat(v.metrics().get(ImageTask.ACCURACY)).isGreaterThan(0.975);
            }
        }
    }
}
