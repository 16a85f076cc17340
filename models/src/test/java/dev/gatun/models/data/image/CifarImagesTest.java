package dev.gatun.models.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.data.DataException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarImagesTest {
    private static final ReadOptions STRICT = ReadOptions.strict();

    @TempDir
    Path folder;

    private static byte[] concat(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(p -> p.length).sum();
        byte[] all = Arrays.copyOf(parts[0], length);
        for (int i = 1, at = parts[0].length; i < parts.length; at += parts[i++].length) System.arraycopy(parts[i], 0, all, at, parts[i].length);
        return all;
    }

    @Test
    void tenClassesInFiveFilesAreTurnedToChannelsLast() {
        for (int i = 1; i <= 5; i++) {
            byte[] two = concat(ImageFiles.cifar(i), ImageFiles.cifar(9));
            ImageFiles.write(folder, "cifar-10-batches-bin/data_batch_" + i + (i == 2 ? ".bin.gz" : ".bin"), i == 2 ? ImageFiles.gzip(two) : two);
        }
        assertThat(ImageFormat.CIFAR.has(folder, Part.TRAIN)).isTrue();
        assertThat(ImageFormat.CIFAR.has(folder, Part.TEST)).isFalse();
        try (ImageDataset d = ImageFormat.CIFAR.read(folder, Part.TRAIN, STRICT)) {
            assertThat(new int[] {d.count(), d.height(), d.width(), d.channels()}).containsExactly(10, 32, 32, 3);
            assertThat(d.classNames()).hasSize(10).startsWith("airplane").endsWith("truck");
            assertThat(new int[] {d.label(2), d.label(3), d.label(8)}).containsExactly(2, 9, 5);
            byte[] image = new byte[3072];
            d.read(9, image);
            for (int p = 0; p < 1024; p++) {
                assertThat(new byte[] {image[3 * p], image[3 * p + 1], image[3 * p + 2]}).containsExactly((byte) p, (byte) 1, (byte) 2);
            }
        }
        assertThatThrownBy(() -> ImageFormat.CIFAR.read(folder, Part.TEST, STRICT))
                .isInstanceOf(DataException.class).hasMessageContaining("test_batch.bin");
    }

    @Test
    void aHundredClassesUseTheFineLabelAndTheNamesBesideThem() {
        ImageFiles.write(folder, "train.bin", concat(ImageFiles.cifar(19, 99), ImageFiles.cifar(0, 7)));
        try (ImageDataset d = CifarImages.read(folder, Part.TRAIN, STRICT)) {
            assertThat(d.classes()).isEqualTo(100);
            assertThat(new int[] {d.label(0), d.label(1)}).containsExactly(99, 7);
        }
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < 100; i++) names.append("n").append(i).append("\n");
        ImageFiles.write(folder, "fine_label_names.txt", names.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        try (ImageDataset d = CifarImages.read(folder, Part.TRAIN, STRICT)) {
            assertThat(d.classNames().get(99)).isEqualTo("n99");
        }
        ImageFiles.write(folder, "fine_label_names.txt", new byte[] {'a', '\n'});
        assertThatThrownBy(() -> CifarImages.read(folder, Part.TRAIN, STRICT))
                .isInstanceOf(DataException.class).hasMessageContaining("fine_label_names.txt names 1 classes, expected 100");
    }

    @Test
    void brokenRecordsAreAnErrorOrLeftOut() {
        byte[] good = ImageFiles.cifar(3);
        for (int cut : new int[] {0, 1, 100, 3072, 3074, 6145}) {
            ImageFiles.write(folder, "test_batch.bin", Arrays.copyOf(concat(good, good), cut));
            assertThatThrownBy(() -> CifarImages.read(folder, Part.TEST, STRICT))
                    .isInstanceOf(DataException.class).hasMessageContaining("test_batch.bin").hasMessageContaining("record " + cut / 3073);
        }
        ImageFiles.write(folder, "test_batch.bin", Arrays.copyOf(concat(good, ImageFiles.cifar(10), good, good), 3 * 3073 + 5));
        assertThatThrownBy(() -> CifarImages.read(folder, Part.TEST, STRICT))
                .isInstanceOf(DataException.class).hasMessageContaining("label of record 1 is 10, expected 0 to 9");
        try (ImageDataset d = CifarImages.read(folder, Part.TEST, STRICT.skippingBad(true))) {
            assertThat(d.count()).isEqualTo(2);
            assertThat(d.skipped().count()).isEqualTo(2);
        }
        ImageFiles.write(folder, "b/test.bin", ImageFiles.cifar(20, 5));
        assertThatThrownBy(() -> CifarImages.read(folder.resolve("b"), Part.TEST, STRICT))
                .isInstanceOf(DataException.class).hasMessageContaining("coarse label of record 0 is 20, expected 0 to 19");
        ImageFiles.write(folder, "b/test.bin", ImageFiles.cifar(2, 100));
        assertThatThrownBy(() -> CifarImages.read(folder.resolve("b"), Part.TEST, STRICT))
                .isInstanceOf(DataException.class).hasMessageContaining("fine label of record 0 is 100, expected 0 to 99");
    }
}
