package dev.gatun.models.data.image;

import dev.gatun.models.data.DataException;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Prepares batches ahead of the training loop on threads of its own, which end when it is closed. Batch {@code s} has
 * the same images, order and augmentation for a seed whatever the number of workers and wherever the loader started.
 * Batches are used in turn, so taking one allocates nothing but what waiting for a lock may. For one consumer thread.
 */
public final class ImageLoader implements AutoCloseable {
    private static final int ORDER = 0x6f726472; // "ordr", "augm", "mixn": tell draws apart under one seed
    private static final int AUGMENT = 0x6175676d;
    private static final int MIX = 0x6d69786e;
    /** After so many batches HotSpot has compiled what prepares them ... */
    private static final int SETTLED = 100;
    /** ... and after so many it is known whether training waits ... */
    private static final int JUDGED = 300;
    /** ... for more than this share of its time. */
    private static final double MOST_WAITING = 0.25;

    /** A batch in the making. */
    private static final class Slot {
        final ImageBatch batch;
        long ready = -1; // step that it holds, whole or failed
        Throwable failure;

        Slot(ImageBatch batch) {
            this.batch = batch;
        }
    }

    private final ImageDataset data;
    private final LoaderSettings settings;
    private final float[] means;
    private final float[] scales;
    private final int perEpoch;
    private final long end;
    private final int[] images;
    private final Thread[] threads;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition space = lock.newCondition();
    private final Condition filled = lock.newCondition();
    private final Slot[] slots; // step s lives in slot s % length
    private final int[] order;
    private int orderEpoch = -1;
    private long claimed;
    private long taken;
    private boolean holding;
    private long batches; // given out
    private long began;
    private long waited;
    private boolean failed;
    private volatile boolean closed;

    /**
     * Starts to prepare batches.
     *
     * @throws IllegalArgumentException when there are fewer images than a full batch needs, a batch does not fit into an
     *     array, or the normalization is for another number of channels
     */
    public ImageLoader(ImageSubset subset, Normalization normalization, LoaderSettings settings) {
        this.data = subset.dataset();
        this.settings = settings;
        if (normalization.mean().size() != data.channels()) {
            throw new IllegalArgumentException("the normalization has " + normalization.mean().size() + " channels, the images of "
                    + data.name() + " have " + data.channels());
        }
        means = normalization.byteMeans();
        scales = normalization.scales();
        images = subset.images();
        order = images.clone();
        perEpoch = settings.dropLast() ? images.length / settings.batch() : Math.ceilDiv(images.length, settings.batch());
        if (perEpoch == 0) {
            throw new IllegalArgumentException(data.name() + " has " + images.length + " images here, fewer than a full batch of "
                    + settings.batch() + ": use a smaller batch, or keep the last one");
        }
        if ((long) settings.batch() * data.imageBytes() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("a batch of " + settings.batch() + " images of " + data.imageBytes()
                    + " numbers does not fit into an array: use a smaller batch");
        }
        end = (long) perEpoch * settings.epochs();
        claimed = taken = Math.min(settings.firstStep(), end);
        slots = new Slot[settings.queue() + 1]; // one is in the consumer's hands
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new Slot(new ImageBatch(settings.batch(), data.height(), data.width(), data.channels()));
        }
        threads = new Thread[settings.workers()];
        for (int i = 0; i < threads.length; i++) { // all memory is taken here, where running out of it is seen
            byte[] bytes = new byte[data.imageBytes()];
            Canvas canvas = new Canvas(data.height(), data.width(), data.channels(), means);
            threads[i] = Thread.ofPlatform().daemon().name("gatun-images-" + i).unstarted(() -> work(bytes, canvas));
        }
        for (Thread t : threads) t.start();
    }

    /** Number of batches in an epoch. */
    public int batchesPerEpoch() {
        return perEpoch;
    }

    /**
     * The next batch, waiting for it if need be; {@code null} after the last one. The batch returned before becomes
     * invalid.
     *
     * @throws DataException when preparing it failed, at this and every later call; the cause says why
     * @throws IllegalStateException when the loader is closed or the waiting thread interrupted
     */
    public ImageBatch next() {
        lock.lock();
        try {
            if (holding) {
                holding = false;
                taken++;
                space.signal();
            }
            if (taken == end && !closed) return null;
            Slot slot = slots[(int) (taken % slots.length)];
            waitFor(slot);
            if (closed) throw new IllegalStateException("the image loader is closed");
            if (slot.failure != null) {
                throw new DataException("batch " + taken % perEpoch + " of epoch " + taken / perEpoch + " of " + data.name()
                        + " could not be prepared: " + slot.failure, slot.failure);
            }
            holding = true;
            return slot.batch;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a batch of images", e);
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the batch to be taken next, and says so once when training does little else. */
    private void waitFor(Slot slot) throws InterruptedException {
        long now = System.nanoTime();
        if (batches == SETTLED) began = now;
        while (slot.ready != taken && !closed) filled.await();
        if (batches >= SETTLED) waited += System.nanoTime() - now;
        if (++batches == JUDGED && settings.epochs() > 1 && waited > MOST_WAITING * (now - began)) {
            System.getLogger("dev.gatun.data").log(Level.WARNING, () -> String.format(Locale.ROOT,
                    "training waits for images of %s in %.0f%% of its time: use more workers than %d, or less augmentation", data.name(),
                    100.0 * waited / (now - began), settings.workers()));
        }
    }

    private void work(byte[] bytes, Canvas canvas) {
        Draws draws = new Draws(settings.seed(), AUGMENT);
        Draws mix = new Draws(settings.seed(), MIX);
        for (Slot slot = claim(); slot != null; slot = claim()) {
            Throwable failure = null;
            try {
                fill(slot.batch, bytes, canvas, draws);
                settings.mixing().apply(slot.batch, mix.at(slot.batch.epoch(), slot.batch.index()));
            } catch (Throwable t) { // whatever it was, the consumer has to hear of it
                failure = t;
            }
            publish(slot, failure);
        }
    }

    /** The slot of the next step, with its images chosen; null when there is nothing more to do. */
    private Slot claim() {
        lock.lock();
        try {
            while (!closed && !failed && claimed < end && claimed - taken >= slots.length) space.awaitUninterruptibly();
            if (closed || failed || claimed == end) return null;
            long step = claimed++;
            Slot slot = slots[(int) (step % slots.length)];
            int epoch = (int) (step / perEpoch);
            int index = (int) (step % perEpoch);
            if (settings.shuffle() && epoch != orderEpoch) {
                System.arraycopy(images, 0, order, 0, order.length);
                ImageDataset.shuffle(order, settings.seed(), epoch, ORDER);
                orderEpoch = epoch;
            }
            int from = index * settings.batch();
            int size = Math.min(settings.batch(), order.length - from);
            slot.batch.begin(step, epoch, index, size);
            System.arraycopy(order, from, slot.batch.images(), 0, size);
            return slot;
        } finally {
            lock.unlock();
        }
    }

    private void publish(Slot slot, Throwable failure) {
        lock.lock();
        try {
            slot.failure = failure;
            slot.ready = slot.batch.step();
            if (failure != null) {
                failed = true;
                space.signalAll();
            }
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    private void fill(ImageBatch batch, byte[] bytes, Canvas canvas, Draws draws) {
        for (int row = 0; row < batch.size() && !closed; row++) {
            int image = batch.images()[row];
            data.read(image, bytes);
            canvas.load(bytes);
            draws.at(batch.epoch(), image);
            for (int a = 0; a < settings.augmentations().size(); a++) settings.augmentations().get(a).apply(canvas, draws);
            normalize(canvas.pixels(), batch.pixels(), row * batch.imageSize());
            batch.labels()[row] = data.label(image);
        }
    }

    private void normalize(float[] from, float[] to, int at) {
        int channels = means.length;
        if (channels == 1) { // a loop without a stride of its own
            float mean = means[0];
            float scale = scales[0];
            for (int i = 0; i < from.length; i++) to[at + i] = (from[i] - mean) * scale;
            return;
        }
        for (int i = 0; i < from.length; i += channels) {
            for (int c = 0; c < channels; c++) to[at + i + c] = (from[i + c] - means[c]) * scales[c];
        }
    }

    /** Ends the threads and waits for them. A consumer that waits for a batch is told. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            space.signalAll();
            filled.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        for (Thread t : threads) {
            while (t.isAlive()) {
                try {
                    t.join();
                } catch (InterruptedException e) {
                    interrupted = true; // the threads end within one image: wait, and tell the caller's caller
                }
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }
}
