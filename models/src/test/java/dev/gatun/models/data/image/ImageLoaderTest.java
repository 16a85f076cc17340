package dev.gatun.models.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.models.data.DataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ImageLoaderTest {
    private static final Augmentation[] ALL = {new Augmentation.Flip(), new Augmentation.PadCrop(2), new Augmentation.Rotation(10),
        new Augmentation.ColorJitter(0.2f, 0.2f, 0.2f), new Augmentation.Cutout(5)};
    private static ImageDataset digits;
    private static Normalization normalization;

    @BeforeAll
    static void draw() {
        digits = SyntheticDigits.draw(Part.TRAIN, 103, 5);
        normalization = Normalization.of(digits.all());
    }

    @AfterAll
    static void close() {
        digits.close();
    }

    @AfterEach
    void noThreadsAreLeft() {
        assertThat(threads()).isZero();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("gatun-images-")).count();
    }

    /** What a loader gives, copied. */
    private record Seen(long step, int epoch, int index, int size, float lambda, List<Integer> images, List<Integer> labels, int content) {
        static Seen of(ImageBatch b) {
            return new Seen(b.step(), b.epoch(), b.index(), b.size(), b.lambda(), Arrays.stream(b.images()).boxed().toList(),
                    Arrays.stream(b.labels()).boxed().toList(), Arrays.hashCode(b.pixels()));
        }
    }

    private static List<Seen> all(LoaderSettings settings) {
        List<Seen> seen = new ArrayList<>();
        try (ImageLoader loader = new ImageLoader(digits.all(), normalization, settings)) {
            for (ImageBatch b; (b = loader.next()) != null; ) seen.add(Seen.of(b));
            assertThat(loader.next()).isNull();
        }
        return seen;
    }

    @Test
    void contentDoesNotDependOnWorkersOrQueue() {
        LoaderSettings s = LoaderSettings.training(8, 11).withEpochs(4).with(ALL).with(new Mixing(0.4, 1));
        List<Seen> one = all(s);
        assertThat(one).hasSize(48);
        assertThat(all(s.withWorkers(2))).isEqualTo(one);
        assertThat(all(s.withWorkers(4).withQueue(1))).isEqualTo(one);
        assertThat(all(s.withWorkers(4).withQueue(9))).isEqualTo(one);
        assertThat(all(s.withWorkers(2).from(17))).isEqualTo(one.subList(17, 48)); // resumed within the second epoch
        assertThat(all(s.from(48))).isEmpty();
        assertThat(all(LoaderSettings.training(8, 12).withEpochs(4).with(ALL))).isNotEqualTo(one);
    }

    @Test
    void everyEpochShowsEveryImageOnceInAnotherOrder() {
        List<Seen> seen = all(LoaderSettings.training(10, 3).withEpochs(3).withDropLast(false));
        assertThat(seen).hasSize(33);
        Set<List<Integer>> orders = new HashSet<>();
        for (int epoch = 0; epoch < 3; epoch++) {
            List<Integer> images = new ArrayList<>();
            for (Seen s : seen.subList(11 * epoch, 11 * epoch + 11)) {
                assertThat(s.epoch).isEqualTo(epoch);
                images.addAll(s.images.subList(0, s.size));
            }
            assertThat(images).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 103).boxed().toList());
            orders.add(images);
        }
        assertThat(orders).hasSize(3).doesNotContain(IntStream.range(0, 103).boxed().toList());
    }

    @Test
    void evaluationGoesThroughTheImagesInOrderAndKeepsTheRest() {
        byte[] image = new byte[784];
        float mean = normalization.mean().getFirst();
        float std = normalization.std().getFirst();
        try (ImageLoader loader = new ImageLoader(digits.all(), normalization, LoaderSettings.evaluation(20).withWorkers(2))) {
            assertThat(loader.batchesPerEpoch()).isEqualTo(6);
            int next = 0;
            for (ImageBatch b; (b = loader.next()) != null; ) {
                assertThat(b.size()).isEqualTo(b.index() == 5 ? 3 : 20);
                for (int row = 0; row < 20; row++) {
                    boolean there = row < b.size();
                    assertThat(b.labels()[row]).isEqualTo(there ? next % 10 : -1);
                    if (there) digits.read(next++, image);
                    for (int p = 0; p < 784; p++) {
                        float expected = there ? ((image[p] & 0xFF) / 255f - mean) / std : 0;
                        assertThat(b.pixels()[row * 784 + p]).isCloseTo(expected, within(1e-4f));
                    }
                }
            }
            assertThat(next).isEqualTo(103);
        }
        assertThat(all(LoaderSettings.evaluation(20).withDropLast(true))).hasSize(5);
    }

    @Test
    void arraysAreUsedAgain() {
        Set<float[]> arrays = new HashSet<>(); // by identity: arrays have no equality of their own
        try (ImageLoader loader = new ImageLoader(digits.all(), normalization, LoaderSettings.training(4, 1).withQueue(3).withWorkers(2))) {
            for (int i = 0; i < 100; i++) arrays.add(loader.next().pixels());
        }
        assertThat(arrays.size()).isLessThanOrEqualTo(4);
    }

    @Test
    void mixingBlendsPartnersAndTheirTargets() {
        LoaderSettings plain = new LoaderSettings(6, 2, false, true, 1, 2, 0, 1, List.of(), Mixing.none());
        for (Mixing mixing : new Mixing[] {new Mixing(1, 0), new Mixing(0, 1)}) {
            try (ImageLoader a = new ImageLoader(digits.all(), normalization, plain);
                    ImageLoader b = new ImageLoader(digits.all(), normalization, plain.with(mixing))) {
                float[] targets = new float[60];
                for (int step = 0; step < 17; step++) {
                    ImageBatch x = a.next();
                    ImageBatch y = b.next();
                    float lambda = y.lambda();
                    assertThat(lambda).isBetween(0f, 1f);
                    y.targets(targets, 10);
                    for (int row = 0; row < 6; row++) {
                        int other = 5 - row;
                        assertThat(y.partners()[row]).isEqualTo(x.labels()[other]);
                        assertThat(targets[row * 10 + x.labels()[row]]).isCloseTo(lambda, within(1e-6f));
                        assertThat(targets[row * 10 + x.labels()[other]]).isCloseTo(1 - lambda, within(1e-6f));
                        int foreign = 0;
                        for (int p = 0; p < 784; p++) {
                            float own = x.pixels()[row * 784 + p];
                            float his = x.pixels()[other * 784 + p];
                            float now = y.pixels()[row * 784 + p];
                            if (mixing.mixup() > 0) assertThat(now).isCloseTo(lambda * own + (1 - lambda) * his, within(1e-4f));
                            else if (now != own) {
                                assertThat(now).isEqualTo(his);
                                foreign++;
                            }
                        }
                        assertThat(foreign).isLessThanOrEqualTo(Math.round((1 - lambda) * 784));
                    }
                }
            }
        }
    }

    @Test
    void splitsHaveNoImageInCommon() {
        ImageSplit split = digits.split(0.2, 9);
        assertThat(split.validation().count()).isEqualTo(21);
        assertThat(split.train().count()).isEqualTo(82);
        Set<Integer> all = new HashSet<>();
        for (int i : split.train().images()) all.add(i);
        for (int i : split.validation().images()) all.add(i);
        assertThat(all).hasSize(103);
        assertThat(digits.split(0.2, 9).validation().images()).isEqualTo(split.validation().images());
        assertThat(digits.split(0.2, 10).validation().images()).isNotEqualTo(split.validation().images());
        assertThatThrownBy(() -> digits.split(0.001, 1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("103");
        try (ImageLoader loader = new ImageLoader(split.validation(), normalization, LoaderSettings.evaluation(21))) {
            assertThat(loader.next().images()).isEqualTo(split.validation().images());
        }
    }

    @Test
    void aFailureReachesTheConsumerAtItsBatchAndStays() {
        for (int workers : new int[] {1, 2, 4}) {
            int bad;
            try (ImageLoader order = new ImageLoader(digits.all(), normalization, LoaderSettings.training(5, 4))) {
                for (int i = 0; i < 6; i++) order.next();
                bad = order.next().images()[3]; // an image of batch 6
            }
            byte[] marked = new byte[784];
            digits.read(bad, marked);
            Augmentation onImage = (canvas, random) -> {
                for (int p = 0; p < 784; p++) if (canvas.pixels()[p] != (marked[p] & 0xFF)) return;
                throw new AssertionError("this image is bad");
            };
            try (ImageLoader loader = new ImageLoader(digits.all(), normalization, LoaderSettings.training(5, 4).withWorkers(workers).with(onImage))) {
                for (int i = 0; i < 6; i++) assertThat(loader.next().index()).isEqualTo(i);
                for (int i = 0; i < 2; i++) {
                    assertThatThrownBy(loader::next).isInstanceOf(DataException.class)
                            .hasMessageContaining("batch 6 of epoch 0").hasMessageContaining("this image is bad")
                            .hasCauseInstanceOf(AssertionError.class);
                }
            }
        }
    }

    @Test
    void aDatasetClosedTooEarlyIsAnErrorAndNoHang() {
        ImageDataset d = SyntheticDigits.draw(Part.TEST, 30, 1);
        try (ImageLoader loader = new ImageLoader(d.all(), Normalization.none(1), LoaderSettings.training(4, 1).withWorkers(2))) {
            loader.next();
            while (true) { // closing waits for readers to be between two images
                try {
                    d.close();
                    break;
                } catch (IllegalStateException e) {
                    assertThat(e).hasMessageContaining("acquired");
                }
            }
            assertThatThrownBy(() -> {
                while (true) loader.next();
            }).isInstanceOf(DataException.class).hasMessageContaining("could not be prepared");
        }
    }

    @Test
    void closingInMidEpochEndsTheThreads() {
        for (int workers : new int[] {1, 2, 4}) {
            ImageLoader loader = new ImageLoader(digits.all(), normalization, LoaderSettings.training(4, 1).withWorkers(workers).with(ALL));
            assertThat(threads()).isEqualTo(workers);
            loader.next();
            loader.close();
            assertThat(threads()).isZero();
            loader.close();
            assertThatThrownBy(loader::next).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        }
    }

    @Test
    void closingAndInterruptingWakeAWaitingConsumer() throws InterruptedException {
        for (boolean interrupt : new boolean[] {false, true}) {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            Augmentation slow = (canvas, random) -> {
                started.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            };
            ImageLoader loader = new ImageLoader(digits.all(), normalization, LoaderSettings.training(4, 1).with(slow));
            Throwable[] seen = new Throwable[1];
            Thread consumer = Thread.ofPlatform().start(() -> {
                try {
                    loader.next();
                } catch (RuntimeException e) {
                    seen[0] = e;
                }
            });
            started.await();
            while (consumer.getState() != Thread.State.WAITING) Thread.onSpinWait();
            Thread closing = Thread.ofPlatform().start(() -> {
                if (interrupt) consumer.interrupt();
                else loader.close();
            });
            consumer.join();
            assertThat(seen[0]).isInstanceOf(IllegalStateException.class).hasMessageContaining(interrupt ? "interrupted" : "closed");
            release.countDown();
            closing.join();
            loader.close();
        }
    }

    @Test
    void impossibleSettingsAreRefusedBeforeThreadsStart() {
        assertThatThrownBy(() -> new ImageLoader(digits.all(), normalization, LoaderSettings.training(104, 1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("103 images");
        assertThatThrownBy(() -> new ImageLoader(digits.all(), Normalization.none(3), LoaderSettings.training(4, 1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("3 channels");
        assertThat(threads()).isZero();
    }
}
