package dev.gatun.models.tasks;

import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.SoftCrossEntropy;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.data.image.ImageBatch;
import dev.gatun.models.data.image.ImageDataset;
import dev.gatun.models.data.image.ImageLoader;
import dev.gatun.models.data.image.ImageSplit;
import dev.gatun.models.data.image.LoaderSettings;
import dev.gatun.models.data.image.Mixing;
import dev.gatun.models.data.image.Normalization;
import dev.gatun.models.metrics.Classification;
import dev.gatun.models.train.Draw;
import dev.gatun.models.train.Inputs;
import dev.gatun.models.train.Task;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.models.train.Validation;
import dev.gatun.models.vision.ImageConfig;
import dev.gatun.models.vision.ImageModel;
import dev.gatun.models.vision.ImageSize;
import dev.gatun.runtime.Executable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Telling the classes of images apart. Batches are prepared ahead by an {@link ImageLoader}, which this task opens at
 * the first step and owns; the data stays the caller's to close, after the task.
 */
public final class ImageTask implements Task, AutoCloseable {
    /** Name of the metric beside the loss: share of the images whose class was found. */
    public static final String ACCURACY = "accuracy";

    private final ImageModel model;
    private final ImageSplit data;
    private final Normalization normalization;
    private final LoaderSettings loading;
    private final double smoothing;
    private final int[] labels;
    private final float[] weights;
    private final float[] targets;
    private final float[] logits;
    private ImageLoader loader;
    private long seed;
    private long next;

    /**
     * A task.
     *
     * @param config what to train; its image size and classes are those of the data
     * @param data images of one dataset or of two that agree, to train on and to validate with
     * @param normalization of all images, kept beside the weights
     * @param loading batch, workers, augmentation and mixing; seed and first step follow the run's
     * @param smoothing share of a label that is spread over all classes while training, in [0,1)
     */
    public ImageTask(ImageConfig config, ImageSplit data, Normalization normalization, LoaderSettings loading, double smoothing) {
        List<String> names = data.train().dataset().classNames();
        if (!data.validation().dataset().classNames().equals(names)) {
            throw new IllegalArgumentException(data.validation().dataset().name() + " has the classes " + data.validation().dataset().classNames()
                    + ", but " + data.train().dataset().name() + " has " + names + ": they must be the same");
        }
        for (ImageDataset d : List.of(data.train().dataset(), data.validation().dataset())) check(config, d);
        this.model = config.model();
        this.data = data;
        this.normalization = normalization;
        this.loading = loading;
        this.smoothing = new CrossEntropy(smoothing).smoothing();
        int n = loading.batch();
        if (data.train().count() < n) {
            throw new IllegalArgumentException(data.train().dataset().name() + " has " + data.train().count()
                    + " images to train on, fewer than a batch of " + n + ": use a smaller batch");
        }
        labels = new int[n];
        weights = new float[n];
        logits = new float[Math.multiplyExact(n, config.classes())];
        targets = new float[blends() ? logits.length : 0];
    }

    private static void check(ImageConfig config, ImageDataset d) {
        ImageSize size = new ImageSize(d.height(), d.width(), d.channels());
        if (!size.equals(config.image()) || d.classes() != config.classes()) {
            throw new IllegalArgumentException("the model takes images of " + config.image() + " in " + config.classes() + " classes, but "
                    + d.name() + " has images of " + size + " in " + d.classes());
        }
    }

    private boolean blends() {
        return !loading.mixing().equals(Mixing.none());
    }

    /** The model with its sizes. */
    public ImageModel imageModel() {
        return model;
    }

    @Override
    public String kind() {
        return model.config().kind();
    }

    /** Sizes of the model, and what is needed to feed it and to read its scores: normalization and names of classes. */
    @Override
    public Map<String, Object> sizes() {
        ImageSize image = model.config().image();
        Map<String, Object> sizes = new LinkedHashMap<>();
        sizes.put("imageHeight", image.height());
        sizes.put("imageWidth", image.width());
        sizes.put("channels", image.channels());
        sizes.put("classes", model.config().classes());
        sizes.putAll(model.config().sizes());
        sizes.put("mean", normalization.mean());
        sizes.put("std", normalization.std());
        sizes.put("classNames", data.train().dataset().classNames());
        return sizes;
    }

    @Override
    public Record model() {
        return (Record) model;
    }

    private Tensor images(Tracer t) {
        return t.data("images", type(model.config(), batch()));
    }

    /** {@code [batch, height, width, channels]}. */
    static TensorType type(ImageConfig c, int batch) {
        return TensorType.of(DType.F32, batch, c.image().height(), c.image().width(), c.image().channels());
    }

    @Override
    public Tensor loss(Tracer t) {
        Tensor scores = model.logits(images(t));
        if (!blends()) return CrossEntropy.mean(scores, t.data("labels", TensorType.of(DType.I32, batch())), smoothing);
        Tensor distribution = t.data("targets", scores.type());
        if (smoothing > 0) distribution = distribution.mul(1 - smoothing).add(smoothing / scores.shape().last());
        return SoftCrossEntropy.mean(scores, distribution);
    }

    @Override
    public void write(Inputs into, Draw draw) {
        if (loader == null || draw.seed() != seed || draw.batch() != next) open(draw);
        ImageBatch b = loader.next();
        next++;
        into.write("images", b.pixels());
        if (blends()) {
            b.targets(targets, model.config().classes());
            into.write("targets", targets);
        } else {
            into.write("labels", b.labels());
        }
    }

    private void open(Draw draw) {
        close();
        seed = draw.seed();
        next = draw.batch();
        LoaderSettings s = loading;
        loader = new ImageLoader(data.train(), normalization, new LoaderSettings(s.batch(), seed, true, true, s.workers(), s.queue(), next,
                Integer.MAX_VALUE, s.augmentations(), s.mixing()));
    }

    /** Scores, and the loss without smoothing as a weighted sum: rows of a last batch that is not full weigh nothing. */
    @Override
    public void evaluate(Tracer t) {
        Tensor scores = model.logits(images(t));
        t.output("logits", scores);
        Tensor losses = scores.apply(new CrossEntropy(), t.data("labels", TensorType.of(DType.I32, batch())));
        t.output(TrainingGraph.LOSS, losses.mul(t.data("weights", TensorType.of(DType.F32, batch()))).sumAll());
    }

    @Override
    public Validation validate(Executable executable, int most) {
        boolean all = (long) most * batch() >= data.validation().count();
        LoaderSettings s = new LoaderSettings(batch(), 0, !all, false, loading.workers(), loading.queue(), 0, 1, List.of(), Mixing.none());
        Classification found = Classification.counting(data.validation().dataset().classNames());
        Inputs into = new Inputs(executable, TrainingGraph.EVALUATE);
        double loss = 0;
        long images = 0;
        try (ImageLoader batches = new ImageLoader(data.validation(), normalization, s)) {
            ImageBatch b;
            for (int i = 0; i < most && (b = batches.next()) != null; i++) {
                for (int row = 0; row < batch(); row++) {
                    labels[row] = Math.max(0, b.labels()[row]);
                    weights[row] = row < b.size() ? 1f / b.size() : 0;
                }
                into.write("images", b.pixels());
                into.write("labels", labels);
                into.write("weights", weights);
                executable.run(TrainingGraph.EVALUATE);
                executable.read(TrainingGraph.EVALUATE, "logits", logits);
                found.add(logits, b.labels(), b.size());
                loss += executable.scalar(TrainingGraph.EVALUATE, TrainingGraph.LOSS) * (double) b.size();
                images += b.size();
            }
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put(Validation.LOSS, loss / images);
        metrics.put(ACCURACY, found.accuracy());
        return new Validation(images, metrics, Optional.of(found.report()));
    }

    @Override
    public List<String> metrics() {
        return List.of(Validation.LOSS, ACCURACY);
    }

    @Override
    public int batch() {
        return loading.batch();
    }

    @Override
    public long batchesPerEpoch() {
        return data.train().count() / batch();
    }

    @Override
    public String example() {
        return "image";
    }

    @Override
    public String unit() {
        return "image";
    }

    @Override
    public int unitsPerBatch() {
        return batch();
    }

    @Override
    public String data() {
        return data.train().dataset().name();
    }

    /** Number of images to train on and CRC-32C over them and their labels. */
    @Override
    public String dataVersion() {
        return data.train().count() + "-" + Long.toHexString(data.train().checksum());
    }

    /** Ends the loader's threads. The next batch opens it anew. */
    @Override
    public void close() {
        if (loader != null) loader.close();
        loader = null;
    }
}
