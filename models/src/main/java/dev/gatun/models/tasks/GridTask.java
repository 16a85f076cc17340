package dev.gatun.models.tasks;

import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.data.DataException;
import dev.gatun.models.data.features.GridReader;
import dev.gatun.models.data.features.LabelledGrids;
import dev.gatun.models.data.features.SpecAugment;
import dev.gatun.models.data.image.Normalization;
import dev.gatun.models.metrics.Classification;
import dev.gatun.models.metrics.ClassificationReport;
import dev.gatun.models.train.Draw;
import dev.gatun.models.train.Inputs;
import dev.gatun.models.train.Task;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.models.train.Validation;
import dev.gatun.models.vision.ImageConfig;
import dev.gatun.models.vision.ImageModel;
import dev.gatun.models.vision.ImageSize;
import dev.gatun.runtime.Executable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Telling the classes of spectrograms or stacks of frames apart, by a network for images. */
public final class GridTask implements Task {
    private static final int STREAM = 0x67726964; // "grid"

    private final ImageModel model;
    private final LabelledGrids data;
    private final Normalization normalization;
    private final SpecAugment augment;
    private final double smoothing;
    private final List<Integer> train;
    private final List<Integer> validation;
    private final int batch;
    private final int size;
    private final float[] grids;
    private final float[] weights;
    private final int[] labels;

    /**
     * A task.
     *
     * @param config its image size and classes are those of the data
     * @param augment what is hidden while training
     * @param smoothing share of a label that is spread over all classes while training, in [0,1)
     * @param kept share of the examples to validate with, in (0,1)
     * @param seed deals them out
     */
    public GridTask(ImageConfig config, LabelledGrids data, SpecAugment augment, double smoothing, double kept, long seed, int batch) {
        if (batch < 1) throw new IllegalArgumentException("batch must be at least 1, got " + batch);
        ImageSize grid = size(data.reader());
        if (!config.image().equals(grid) || config.classes() != data.classNames().size()) {
            throw new IllegalArgumentException("the model takes " + config.image() + " in " + config.classes() + " classes, " + data.name() + " has "
                    + grid + " in " + data.classNames().size());
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < data.count(); i++) order.add(i);
        Collections.shuffle(order, new Random(seed)); // both are fixed by their specifications
        int n = (int) Math.round(kept * data.count());
        if (n < 1 || n >= data.count()) throw new DataException(data.name() + ": a share of " + kept + " of " + data.count() + " examples leaves none to train or to validate with");
        validation = List.copyOf(order.subList(0, n));
        train = List.copyOf(order.subList(n, data.count()));
        model = config.model();
        this.data = data;
        this.augment = augment;
        this.smoothing = new CrossEntropy(smoothing).smoothing();
        normalization = data.normalization(train);
        this.batch = batch;
        size = grid.height() * grid.width() * grid.channels();
        grids = new float[Math.multiplyExact(batch, size)];
        weights = new float[batch];
        labels = new int[batch];
    }

    /** The size of a reader's examples as that of an image. */
    public static ImageSize size(GridReader reader) {
        return new ImageSize(reader.rows(), reader.columns(), reader.channels());
    }

    /** Number of examples to train on. */
    public int examples() {
        return train.size();
    }

    @Override
    public String kind() {
        return model.config().kind();
    }

    /** Sizes of the model, and what is needed to feed it and to read its scores: how files become examples, normalization, names of classes. */
    @Override
    public Map<String, Object> sizes() {
        ImageSize image = model.config().image();
        Map<String, Object> sizes = new LinkedHashMap<>();
        sizes.put("imageHeight", image.height());
        sizes.put("imageWidth", image.width());
        sizes.put("channels", image.channels());
        sizes.put("classes", data.classNames().size());
        sizes.putAll(model.config().sizes());
        sizes.put("mean", normalization.mean());
        sizes.put("std", normalization.std());
        sizes.put("classNames", data.classNames());
        sizes.put(SavedImageModel.READS, data.reader().kind());
        sizes.put(data.reader().kind(), data.reader().settings());
        return sizes;
    }

    @Override
    public Record model() {
        return (Record) model;
    }

    private Tensor logits(Tracer t) {
        return model.logits(t.data("grids", ImageTask.type(model.config(), batch)));
    }

    private Tensor labels(Tracer t) {
        return t.data("labels", TensorType.of(DType.I32, batch));
    }

    @Override
    public Tensor loss(Tracer t) {
        return CrossEntropy.mean(logits(t), labels(t), smoothing);
    }

    @Override
    public void evaluate(Tracer t) {
        Tensor logits = logits(t);
        t.output("logits", logits);
        t.output(TrainingGraph.LOSS, logits.apply(new CrossEntropy(), labels(t)).mul(t.data("weights", TensorType.of(DType.F32, batch))).sumAll());
    }

    @Override
    public void write(Inputs into, Draw draw) {
        long n = draw.batch();
        for (int i = 0; i < batch; i++) {
            long word = Philox.word((int) n, (int) (n >>> 32), i, STREAM, (int) draw.seed(), (int) (draw.seed() >>> 32), 0) & 0xFFFFFFFFL;
            int example = train.get((int) (word * train.size() >>> 32));
            data.read(example, normalization, grids, i * size);
            augment.apply(grids, i * size, data.reader().rows(), data.reader().columns(), data.reader().channels(), draw.seed(), n * batch + i);
            labels[i] = data.label(example);
        }
        into.write("grids", grids);
        into.write("labels", labels);
    }

    @Override
    public Validation validate(Executable executable, int most) {
        Inputs into = new Inputs(executable, TrainingGraph.EVALUATE);
        Classification found = new Classification(data.classNames());
        float[] logits = new float[batch * data.classNames().size()];
        double loss = 0;
        int seen = 0;
        for (int from = 0, b = 0; from < validation.size() && b < most; from += batch, b++) {
            int count = Math.min(batch, validation.size() - from);
            for (int i = 0; i < batch; i++) {
                int example = validation.get(from + Math.min(i, count - 1));
                data.read(example, normalization, grids, i * size);
                labels[i] = data.label(example);
                weights[i] = i < count ? 1 : 0;
            }
            into.write("grids", grids);
            into.write("labels", labels);
            into.write("weights", weights);
            executable.run(TrainingGraph.EVALUATE);
            executable.read(TrainingGraph.EVALUATE, "logits", logits);
            found.add(logits, labels, count);
            loss += executable.scalar(TrainingGraph.EVALUATE, TrainingGraph.LOSS);
            seen += count;
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put(Validation.LOSS, loss / seen);
        ClassificationReport report = found.report();
        metrics.put(ImageTask.ACCURACY, report.accuracy());
        return new Validation(seen, metrics, Optional.of(report));
    }

    @Override
    public List<String> metrics() {
        return List.of(Validation.LOSS, ImageTask.ACCURACY);
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public long batchesPerEpoch() {
        return Math.max(1, train.size() / batch);
    }

    @Override
    public String example() {
        return "example";
    }

    @Override
    public String unit() {
        return "example";
    }

    @Override
    public int unitsPerBatch() {
        return batch;
    }

    @Override
    public String data() {
        return data.name();
    }
}
