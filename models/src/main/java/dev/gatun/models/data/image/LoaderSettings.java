package dev.gatun.models.data.image;

import java.util.List;

/**
 * How a loader makes batches.
 *
 * @param batch images in a batch
 * @param seed what order and augmentation depend on
 * @param shuffle whether each epoch has an order of its own
 * @param dropLast whether a last batch that is not full is left out
 * @param workers threads that prepare batches; the batches do not depend on their number
 * @param queue batches prepared ahead, at most
 * @param firstStep batch to start at, counted from the start of epoch 0: a resumed run goes on as it would have
 * @param epochs where to stop, counted from epoch 0; {@link Integer#MAX_VALUE} for never
 * @param augmentations changes of each image, in this order
 * @param mixing blending of the images of a batch
 */
public record LoaderSettings(int batch, long seed, boolean shuffle, boolean dropLast, int workers, int queue, long firstStep,
        int epochs, List<Augmentation> augmentations, Mixing mixing) {
    private static final int MOST_WORKERS = 256;

    /** Checks ranges. */
    public LoaderSettings {
        augmentations = List.copyOf(augmentations);
        if (batch < 1) throw new IllegalArgumentException("a batch has at least 1 image, got " + batch);
        if (workers < 1 || workers > MOST_WORKERS) throw new IllegalArgumentException("a loader has 1 to " + MOST_WORKERS + " workers, got " + workers);
        if (queue < 1 || queue > 1 << 16) throw new IllegalArgumentException("a loader prepares 1 to 65536 batches ahead, got " + queue);
        if (firstStep < 0) throw new IllegalArgumentException("the first step is not negative, got " + firstStep);
        if (epochs < 1) throw new IllegalArgumentException("a loader runs for at least 1 epoch, got " + epochs);
    }

    /** To train: endless epochs of full batches, each in a new order; one worker, four batches ahead, no augmentation. */
    public static LoaderSettings training(int batch, long seed) {
        return new LoaderSettings(batch, seed, true, true, 1, 4, 0, Integer.MAX_VALUE, List.of(), Mixing.none());
    }

    /** To evaluate: every image once, in order. */
    public static LoaderSettings evaluation(int batch) {
        return new LoaderSettings(batch, 0, false, false, 1, 2, 0, 1, List.of(), Mixing.none());
    }

    /** The same with another number of workers. */
    public LoaderSettings withWorkers(int workers) {
        return new LoaderSettings(batch, seed, shuffle, dropLast, workers, queue, firstStep, epochs, augmentations, mixing);
    }

    /** The same with another number of batches prepared ahead. */
    public LoaderSettings withQueue(int queue) {
        return new LoaderSettings(batch, seed, shuffle, dropLast, workers, queue, firstStep, epochs, augmentations, mixing);
    }

    /** The same, leaving out or keeping a last batch that is not full. */
    public LoaderSettings withDropLast(boolean dropLast) {
        return new LoaderSettings(batch, seed, shuffle, dropLast, workers, queue, firstStep, epochs, augmentations, mixing);
    }

    /** The same from another step on. */
    public LoaderSettings from(long firstStep) {
        return new LoaderSettings(batch, seed, shuffle, dropLast, workers, queue, firstStep, epochs, augmentations, mixing);
    }

    /** The same up to the end of epoch {@code epochs - 1}. */
    public LoaderSettings withEpochs(int epochs) {
        return new LoaderSettings(batch, seed, shuffle, dropLast, workers, queue, firstStep, epochs, augmentations, mixing);
    }

    /** The same with other changes of the images. */
    public LoaderSettings with(Augmentation... augmentations) {
        return new LoaderSettings(batch, seed, shuffle, dropLast, workers, queue, firstStep, epochs, List.of(augmentations), mixing);
    }

    /** The same with other blending. */
    public LoaderSettings with(Mixing mixing) {
        return new LoaderSettings(batch, seed, shuffle, dropLast, workers, queue, firstStep, epochs, augmentations, mixing);
    }
}
