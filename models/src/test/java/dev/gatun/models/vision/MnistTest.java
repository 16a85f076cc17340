package dev.gatun.models.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.data.image.IdxImages;
import dev.gatun.models.data.image.ImageBatch;
import dev.gatun.models.data.image.ImageDataset;
import dev.gatun.models.data.image.ImageLoader;
import dev.gatun.models.data.image.LoaderSettings;
import dev.gatun.models.data.image.Normalization;
import dev.gatun.models.data.image.Part;
import dev.gatun.models.data.image.ReadOptions;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** LeNet on MNIST, where {@code shared/data/mnist} lies beside the repository or above; skipped elsewhere. */
class MnistTest {
    private static final int BATCH = 64;
    private static final int TEST_BATCH = 500;

    private static Path folder() {
        return Stream.iterate(Path.of("").toAbsolutePath(), p -> p != null, Path::getParent)
                .map(p -> p.resolve("shared/data/mnist"))
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(Path.of("shared/data/mnist"));
    }

    @Test
    void leNetReadsNinetySevenOfAHundredDigitsAfterOneEpoch() {
        assumeThat(folder()).as("MNIST is not here").isDirectory();
        LeNet model = LeNet.of(1, 10);
        ParameterTree tree = ParameterTree.of(model);
        try (ImageDataset train = IdxImages.read(folder(), Part.TRAIN, ReadOptions.strict());
                ImageDataset test = IdxImages.read(folder(), Part.TEST, ReadOptions.strict());
                Compiler compiler = new Compiler(Backend.AUTO, 2);
                Executable e = compiler.compile(
                        new TrainingGraph(new AdamW(0.9, 0.999, 1e-8, 0, false), 0, false, false).train(tree,
                                t -> model.loss(t.data("images", images(BATCH)), t.data("labels", TensorType.of(DType.I32, BATCH)))),
                        Tracer.trace("predict", t -> tree.bind(t, p -> {
                            t.output("logits", model.logits(t.data("images", images(TEST_BATCH))));
                            return p;
                        })))) {
            e.states().forEach(s -> e.state(s.name()).fill((byte) 0));
            tree.initialize(1, e::state);
            Normalization normalization = Normalization.of(train.all());
            try (ImageLoader loader = new ImageLoader(train.all(), normalization, LoaderSettings.training(BATCH, 1).withEpochs(1))) {
                int step = 0;
                for (ImageBatch b = loader.next(); b != null; b = loader.next()) {
                    e.write(TrainingGraph.TRAIN, "images", b.pixels());
                    e.write(TrainingGraph.TRAIN, "labels", b.labels());
                    e.write(TrainingGraph.TRAIN, TrainingGraph.LEARNING_RATE, 2e-3f * (1 - step / 1000f));
                    e.write(TrainingGraph.TRAIN, TrainingGraph.STEP, ++step);
                    e.run(TrainingGraph.TRAIN);
                }
                assertThat(step).isEqualTo(937);
            }
            assertThat(correct(e, test, normalization)).isGreaterThan(9_700);
        }
    }

    private static TensorType images(int batch) {
        return TensorType.of(DType.F32, batch, LeNet.SIZE, LeNet.SIZE, 1);
    }

    private static int correct(Executable e, ImageDataset test, Normalization normalization) {
        float[] logits = new float[TEST_BATCH * 10];
        int correct = 0;
        try (ImageLoader loader = new ImageLoader(test.all(), normalization, LoaderSettings.evaluation(TEST_BATCH))) {
            for (ImageBatch b = loader.next(); b != null; b = loader.next()) {
                e.write("predict", "images", b.pixels());
                e.run("predict");
                e.read("predict", "logits", logits);
                for (int i = 0; i < TEST_BATCH; i++) {
                    int best = 0;
                    for (int c = 1; c < 10; c++) if (logits[i * 10 + best] < logits[i * 10 + c]) best = c;
                    if (best == b.labels()[i]) correct++;
                }
            }
        }
        return correct;
    }
}
