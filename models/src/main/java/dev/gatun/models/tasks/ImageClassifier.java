package dev.gatun.models.tasks;

import dev.gatun.models.data.image.Augmentation;
import dev.gatun.models.data.image.ImageBatch;
import dev.gatun.models.data.image.ImageDataset;
import dev.gatun.models.data.image.ImageLoader;
import dev.gatun.models.data.image.ImageSubset;
import dev.gatun.models.data.image.LoaderSettings;
import dev.gatun.models.metrics.Classification;
import dev.gatun.models.metrics.ClassificationReport;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.vision.ImageConfig;
import dev.gatun.models.vision.ImageSize;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** A trained classifier of images: its compiled scores over the weights of a run. Not for use by several threads at a time. */
public final class ImageClassifier implements AutoCloseable {
    private static final String FUNCTION = "scores";

    /**
     * A class that an image may be of.
     *
     * @param label number of the class
     * @param name of the class
     * @param probability after the model, 0 to 1
     */
    public record Guess(int label, String name, double probability) {}

    /** What is done with the scores of a batch. */
    private interface Consumer {
        void accept(ImageBatch batch, float[] logits);
    }

    private final SavedImageModel saved;
    private final Executable executable;
    private final int batch;
    private final float[] logits;

    /**
     * Compiles a run's model and reads its weights. The compiler stays the caller's to close.
     *
     * @param batch images scored at a time
     */
    public ImageClassifier(Compiler compiler, RunFolder folder, int batch) throws IOException {
        if (batch < 1) throw new IllegalArgumentException("batch must be at least 1, got " + batch);
        this.saved = SavedImageModel.open(folder);
        this.batch = batch;
        ImageConfig c = saved.model().config();
        logits = new float[Math.multiplyExact(batch, c.classes())];
        executable = Inference.compile(compiler, folder, saved.parameters(), FUNCTION,
                t -> t.output("logits", saved.model().logits(t.data("images", ImageTask.type(c, batch)))));
    }

    /** The model and what belongs to it. */
    public SavedImageModel model() {
        return saved;
    }

    /**
     * Measures the model on labelled images.
     *
     * @param changes made to every image first, such as {@link Augmentation.Invert}
     * @throws IllegalArgumentException when the images are of another size, or of classes that the model does not know
     */
    public ClassificationReport evaluate(ImageSubset images, List<Augmentation> changes) {
        List<String> known = saved.classNames();
        if (!images.dataset().classNames().equals(known)) {
            throw new IllegalArgumentException("the model knows the classes " + known + ", but " + images.dataset().name() + " has "
                    + images.dataset().classNames());
        }
        Classification found = new Classification(known);
        score(images, changes, (b, scores) -> found.add(scores, b.labels(), b.size()));
        return found.report();
    }

    /**
     * What each image may show, likeliest first.
     *
     * @param k guesses for each image, at most
     * @throws IllegalArgumentException when the images are of another size
     */
    public List<List<Guess>> predict(ImageSubset images, List<Augmentation> changes, int k) {
        if (k < 1) throw new IllegalArgumentException("at least 1 guess is made for an image, got " + k);
        List<List<Guess>> all = new ArrayList<>();
        score(images, changes, (b, scores) -> {
            for (int row = 0; row < b.size(); row++) all.add(guesses(scores, row, k));
        });
        return all;
    }

    private List<Guess> guesses(float[] scores, int row, int k) {
        int classes = saved.classNames().size();
        int from = row * classes;
        double most = IntStream.range(from, from + classes).mapToDouble(i -> scores[i]).max().orElseThrow();
        double sum = IntStream.range(from, from + classes).mapToDouble(i -> Math.exp(scores[i] - most)).sum();
        return IntStream.range(0, classes)
                .mapToObj(c -> new Guess(c, saved.classNames().get(c), Math.exp(scores[from + c] - most) / sum))
                .sorted(Comparator.comparingDouble(Guess::probability).reversed())
                .limit(k)
                .toList();
    }

    private void score(ImageSubset images, List<Augmentation> changes, Consumer consumer) {
        ImageDataset d = images.dataset();
        ImageSize size = new ImageSize(d.height(), d.width(), d.channels());
        if (!size.equals(saved.model().config().image())) {
            throw new IllegalArgumentException("the model takes images of " + saved.model().config().image() + ", but " + d.name()
                    + " has images of " + size);
        }
        LoaderSettings settings = LoaderSettings.evaluation(batch).with(changes.toArray(Augmentation[]::new));
        try (ImageLoader loader = new ImageLoader(images, saved.normalization(), settings)) {
            for (ImageBatch b = loader.next(); b != null; b = loader.next()) {
                executable.write(FUNCTION, "images", b.pixels());
                executable.run(FUNCTION);
                executable.read(FUNCTION, "logits", logits);
                consumer.accept(b, logits);
            }
        }
    }

    @Override
    public void close() {
        executable.close();
    }
}
