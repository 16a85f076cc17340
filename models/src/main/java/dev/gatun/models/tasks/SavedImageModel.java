package dev.gatun.models.tasks;

import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.data.audio.MelSpectrogram;
import dev.gatun.models.data.features.GridReader;
import dev.gatun.models.data.features.SoundReader;
import dev.gatun.models.data.features.VideoReader;
import dev.gatun.models.data.image.Normalization;
import dev.gatun.models.data.video.FrameStack;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.train.ConfigFields;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.vision.ImageModel;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A classifier of images as a run folder describes it; the weights are read by {@link RunFolder#readWeights}.
 *
 * @param model what scores
 * @param parameters of the model
 * @param normalization of its images
 * @param classNames by number of the class
 * @param reader how files become what it scores, where these are sounds or videos; empty for pictures
 */
public record SavedImageModel(ImageModel model, ParameterTree parameters, Normalization normalization, List<String> classNames, Optional<GridReader> reader) {
    /** Field of a configuration that says what files are read, where they are no pictures. */
    static final String READS = "reads";

    public SavedImageModel {
        classNames = List.copyOf(classNames);
    }

    /**
     * Reads {@code config.json}.
     *
     * @throws CheckpointException when it is missing or broken, or the folder holds something else
     */
    public static SavedImageModel open(RunFolder folder) throws IOException {
        Record record = ModelKind.open(folder);
        if (!(record instanceof ImageModel model)) {
            throw new CheckpointException(folder.config(), "model.kind", "\"" + folder.kind() + "\" is no classifier of images");
        }
        ConfigFields fields = folder.sizes();
        List<String> names = fields.texts("classNames");
        if (names.size() != model.config().classes()) {
            throw new CheckpointException(folder.config(), "classNames", "expected " + model.config().classes() + ", found " + names.size());
        }
        List<Float> mean = floats(fields.reals("mean"));
        if (mean.size() != model.config().image().channels()) {
            throw new CheckpointException(folder.config(), "mean", "expected one number for each of " + model.config().image().channels()
                    + " channels, found " + mean.size());
        }
        try {
            return new SavedImageModel(model, ParameterTree.of(record), new Normalization(mean, floats(fields.reals("std"))), names, reader(folder, model, fields));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(folder.config(), "std", e.getMessage(), e);
        }
    }

    private static Optional<GridReader> reader(RunFolder folder, ImageModel model, ConfigFields all) {
        if (!all.has(READS)) return Optional.empty();
        String kind = all.text(READS);
        ConfigFields f = all.object(kind);
        GridReader reader;
        try {
            reader = switch (kind) {
                case SoundReader.KIND -> new SoundReader(new MelSpectrogram(f.whole("rate"), f.whole("window"), f.whole("hop"), f.whole("bands"), f.real("floor")), f.whole("rows"));
                case VideoReader.KIND -> new VideoReader(new FrameStack(f.whole("height"), f.whole("width"), f.whole("frames")));
                default -> throw new CheckpointException(folder.config(), READS, "expected \"sound\" or \"video\", found \"" + kind + "\"");
            };
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(folder.config(), kind, e.getMessage(), e);
        }
        if (!GridTask.size(reader).equals(model.config().image())) {
            throw new CheckpointException(folder.config(), kind, "makes examples of " + GridTask.size(reader) + ", but the model takes " + model.config().image());
        }
        return Optional.of(reader);
    }

    private static List<Float> floats(List<Double> values) {
        return values.stream().map(Double::floatValue).toList();
    }
}
