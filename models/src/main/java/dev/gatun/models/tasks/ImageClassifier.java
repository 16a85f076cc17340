package dev.gatun.models.tasks;

import dev.gatun.models.data.features.LabelledGrids;
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

/** A trained classifier of images, or of sounds and videos that it takes as such: its compiled scores over the weights of a run. Not for use by several threads at a time. */
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
        checkClasses(images.dataset().name(), images.dataset().classNames());
        Classification found = new Classification(saved.classNames());
        score(images, changes, (b, scores) -> found.add(scores, b.labels(), b.size()));
        return found.report();
    }

    /**
     * Measures the model on labelled sounds or videos.
     *
     * @throws IllegalArgumentException when they are of another size, or of classes that the model does not know
     */
    public ClassificationReport evaluate(LabelledGrids examples) {
        checkClasses(examples.name(), examples.classNames());
        checkSize(examples.name(), GridTask.size(examples.reader()));
        Classification found = new Classification(saved.classNames());
        int size = examples.reader().rows() * examples.reader().columns() * examples.reader().channels();
        float[] pixels = new float[batch * size];
        int[] labels = new int[batch];
        for (int from = 0; from < examples.count(); from += batch) {
            int count = Math.min(batch, examples.count() - from);
            for (int i = 0; i < count; i++) {
                examples.read(from + i, saved.normalization(), pixels, i * size);
                labels[i] = examples.label(from + i);
            }
            score(pixels);
            found.add(logits, labels, count);
        }
        return found.report();
    }

    /**
     * What a sound or video may be, likeliest first.
     *
     * @param example {@code [height, width, channels]} of the model, as the run's reader makes it
     * @param k guesses, at most
     */
    public List<Guess> predict(float[] example, int k) {
        ImageSize size = saved.model().config().image();
        if (k < 1 || example.length != size.height() * size.width() * size.channels()) {
            throw new IllegalArgumentException("at least 1 guess is made for an example of " + size + ", got " + k + " for " + example.length + " numbers");
        }
        float[] pixels = new float[Math.multiplyExact(batch, example.length)];
        LabelledGrids.normalize(example, saved.normalization(), pixels, 0);
        score(pixels);
        return guesses(logits, 0, k);
    }

    private void checkClasses(String name, List<String> classes) {
        if (!classes.equals(saved.classNames())) throw new IllegalArgumentException("the model knows the classes " + saved.classNames() + ", but " + name + " has " + classes);
    }

    private void checkSize(String name, ImageSize size) {
        ImageSize taken = saved.model().config().image();
        if (!size.equals(taken)) throw new IllegalArgumentException("the model takes images of " + taken + ", but " + name + " has images of " + size);
    }

    /** Scores a batch. */
    private void score(float[] pixels) {
        executable.write(FUNCTION, "images", pixels);
        executable.run(FUNCTION);
        executable.read(FUNCTION, "logits", logits);
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
        checkSize(d.name(), new ImageSize(d.height(), d.width(), d.channels()));
        LoaderSettings settings = LoaderSettings.evaluation(batch).with(changes.toArray(Augmentation[]::new));
        try (ImageLoader loader = new ImageLoader(images, saved.normalization(), settings)) {
            for (ImageBatch b = loader.next(); b != null; b = loader.next()) {
                score(b.pixels());
                consumer.accept(b, logits);
            }
        }
    }

    @Override
    public void close() {
        executable.close();
    }
}
