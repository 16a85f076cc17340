package dev.gatun.models.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.data.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxImagesTest {
    private static final ReadOptions STRICT = ReadOptions.strict();
    private static final ReadOptions SKIP = STRICT.skippingBad(true);

    @TempDir
    Path folder;

    private ImageDataset read(byte[] images, byte[] labels, ReadOptions options) {
        return IdxImages.read(ImageFiles.write(folder, "images", images), ImageFiles.write(folder, "labels", labels), options);
    }

    private void refused(byte[] images, byte[] labels, String... parts) {
        assertThatThrownBy(() -> read(images, labels, STRICT)).isInstanceOf(DataException.class).message().contains(parts);
    }

    @Test
    void plainAndPackedFilesGiveTheSameImages() {
        byte[] images = ImageFiles.idxImages(3, 2, 5);
        byte[] labels = ImageFiles.idxLabels(4, 0, 9);
        try (ImageDataset plain = read(images, labels, STRICT);
                ImageDataset packed = read(ImageFiles.gzip(images), ImageFiles.gzip(labels), STRICT)) {
            for (ImageDataset d : new ImageDataset[] {plain, packed}) {
                assertThat(new int[] {d.count(), d.height(), d.width(), d.channels(), d.classes()}).containsExactly(3, 2, 5, 1, 10);
                assertThat(new int[] {d.label(0), d.label(1), d.label(2)}).containsExactly(4, 0, 9);
                byte[] image = new byte[10];
                d.read(2, image);
                assertThat(image).isEqualTo(Arrays.copyOfRange(images, 36, 46));
                assertThat(d.pixels().byteSize()).isEqualTo(30);
                assertThat(d.pixels().isReadOnly()).isTrue();
                assertThat(d.skipped().count()).isZero();
            }
        }
    }

    @Test
    void filesAreFoundByTheirUsualNames() {
        assertThatThrownBy(() -> ImageFormat.IDX.read(folder, Part.TRAIN, STRICT))
                .isInstanceOf(DataException.class).hasMessageContaining("train-images-idx3-ubyte");
        assertThat(ImageFormat.IDX.has(folder, Part.TRAIN)).isFalse();
        ImageFiles.write(folder, "train-images-idx3-ubyte.gz", ImageFiles.gzip(ImageFiles.idxImages(2, 3, 3)));
        ImageFiles.write(folder, "train-labels.idx1-ubyte", ImageFiles.idxLabels(1, 2));
        assertThat(ImageFormat.IDX.has(folder, Part.TRAIN)).isTrue();
        try (ImageDataset d = ImageFormat.IDX.read(folder, Part.TRAIN, STRICT)) {
            assertThat(d.count()).isEqualTo(2);
        }
        assertThatThrownBy(() -> ImageFormat.IDX.read(folder, Part.TEST, STRICT))
                .isInstanceOf(DataException.class).hasMessageContaining("t10k-images-idx3-ubyte");
    }

    @Test
    void everyTruncationIsAnErrorThatNamesTheFile() {
        byte[] images = ImageFiles.idxImages(2, 2, 2);
        byte[] labels = ImageFiles.idxLabels(1, 2);
        for (boolean packed : new boolean[] {false, true}) {
            byte[] i = packed ? ImageFiles.gzip(images) : images;
            byte[] l = packed ? ImageFiles.gzip(labels) : labels;
            for (int n = 0; n < i.length; n++) refused(Arrays.copyOf(i, n), l, folder.resolve("images").toString(), "cut off");
            for (int n = 0; n < l.length; n++) refused(i, Arrays.copyOf(l, n), folder.resolve("labels").toString(), "cut off");
            // packed after it was cut: the stream is whole, its contents are not
            for (int n = 0; n < images.length; n++) refused(ImageFiles.gzip(Arrays.copyOf(images, n)), l, "images", "cut off");
            for (int n = 0; n < labels.length; n++) refused(i, ImageFiles.gzip(Arrays.copyOf(labels, n)), "labels", "cut off");
        }
        refused(Arrays.copyOf(images, 11), labels, "number of rows");
    }

    @Test
    void headersAreChecked() {
        byte[] images = ImageFiles.idxImages(2, 2, 2);
        byte[] labels = ImageFiles.idxLabels(1, 2);
        refused(labels, labels, "magic number is 0x00000801, expected 0x00000803");
        refused(images, images, "labels", "magic number is 0x00000803, expected 0x00000801");
        refused(images, ImageFiles.idxLabels(1, 2, 3), "3 labels", "2 images");
        refused(Arrays.copyOf(images, images.length + 1), labels, "too long");
        refused(ImageFiles.gzip(Arrays.copyOf(images, images.length + 1)), labels, "goes on");
        refused(images, ImageFiles.gzip(Arrays.copyOf(labels, labels.length + 1)), "labels", "goes on");
        byte[] broken = ImageFiles.gzip(images);
        broken[broken.length - 6] ^= 1; // the checksum
        refused(broken, labels, "images", "cannot be read");
    }

    @Test
    void hostileSizesAreRefusedWithoutTakingTheirMemory() {
        int[][] sizes = {{2, 0, 2}, {2, 2, -1}, {-1, 2, 2}, {2, Integer.MAX_VALUE, Integer.MAX_VALUE}, {2, 65536, 65536},
            {2, 32768, 32768}, {Integer.MAX_VALUE, 8192, 8192}, {Integer.MAX_VALUE, 1, 1}};
        for (int[] s : sizes) {
            byte[] images = ByteBuffer.allocate(24).putInt(0x803).putInt(s[0]).putInt(s[1]).putInt(s[2]).array();
            byte[] labels = ByteBuffer.allocate(10).putInt(0x801).putInt(Math.max(1, s[0])).array();
            for (boolean packed : new boolean[] {false, true}) {
                refused(packed ? ImageFiles.gzip(images) : images, packed ? ImageFiles.gzip(labels) : labels, folder.toString());
            }
        }
    }

    @Test
    void labelsOutOfRangeAreAnErrorOrLeftOut() {
        byte[] images = ImageFiles.idxImages(4, 2, 2);
        byte[] labels = ImageFiles.idxLabels(1, 10, 255, 3);
        refused(images, labels, "labels: label 1 is 10, expected 0 to 9");
        try (ImageDataset d = read(images, labels, SKIP)) {
            assertThat(d.count()).isEqualTo(2);
            assertThat(d.label(1)).isEqualTo(3);
            byte[] image = new byte[4];
            d.read(1, image);
            assertThat(image).isEqualTo(Arrays.copyOfRange(images, 28, 32));
            assertThat(d.skipped().count()).isEqualTo(2);
            assertThat(d.skipped().reasons()).hasSize(2).last().asString().contains("label 2 is 255");
        }
        try (ImageDataset d = read(images, ImageFiles.idxLabels(1, 10, 25, 3), STRICT.withClasses(26))) {
            assertThat(d.count()).isEqualTo(4);
            assertThat(d.classes()).isEqualTo(26);
        }
    }

    @Test
    void skippingKeepsWhatATruncatedFileStillHas() {
        byte[] images = ImageFiles.idxImages(4, 2, 2);
        byte[] labels = ImageFiles.idxLabels(1, 2, 3, 4);
        try (ImageDataset d = read(Arrays.copyOf(images, 16 + 9), labels, SKIP)) {
            assertThat(d.count()).isEqualTo(2);
            assertThat(d.skipped().count()).isEqualTo(2);
            assertThat(d.skipped().reasons().getFirst()).contains("image 2 of 4");
        }
        assertThatThrownBy(() -> read(Arrays.copyOf(images, 18), labels, SKIP))
                .isInstanceOf(DataException.class).hasMessageContaining("no image that can be used");
    }

    @Test
    void reasonsOfWhatIsLeftOutAreBounded() {
        int[] labels = new int[500];
        Arrays.fill(labels, 77);
        labels[499] = 0;
        try (ImageDataset d = read(ImageFiles.idxImages(500, 1, 1), ImageFiles.idxLabels(labels), SKIP)) {
            assertThat(d.skipped().count()).isEqualTo(499);
            assertThat(d.skipped().reasons()).hasSize(Skipped.KEPT);
        }
    }

    @Test
    void memoryGrowsWithWhatAPackedFileReallyHolds() throws IOException {
        int count = 70; // of 1 MiB, beyond the 64 MiB taken at first
        byte[] image = new byte[1 << 20];
        Path file = folder.resolve("images.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file), 1 << 16)) {
            out.write(ByteBuffer.allocate(16).putInt(0x803).putInt(count).putInt(1024).putInt(1024).array());
            for (int i = 0; i < count; i++) {
                image[17] = (byte) i;
                out.write(image);
            }
        }
        try (ImageDataset d = IdxImages.read(file, ImageFiles.write(folder, "labels", ImageFiles.idxLabels(new int[count])), STRICT)) {
            assertThat(d.count()).isEqualTo(count);
            assertThat(d.pixels().byteSize()).isEqualTo((long) count << 20);
            for (int i = 0; i < count; i++) {
                d.read(i, image);
                assertThat(image[17]).isEqualTo((byte) i);
            }
        }
    }

    @Test
    void realMnist() {
        Path mnist = Path.of("../../shared/data/mnist");
        if (!Files.isDirectory(mnist)) mnist = Path.of("../shared/data/mnist");
        Assumptions.assumeTrue(Files.isDirectory(mnist), "MNIST is not at ../shared/data/mnist: not tried");
        check(mnist, Part.TRAIN, 60_000);
        check(mnist, Part.TEST, 10_000);
    }

    private static void check(Path mnist, Part part, int count) {
        try (ImageDataset d = ImageFormat.IDX.read(mnist, part, STRICT)) {
            assertThat(new int[] {d.count(), d.height(), d.width(), d.channels()}).containsExactly(count, 28, 28, 1);
            int[] histogram = new int[10];
            for (int i = 0; i < count; i++) histogram[d.label(i)]++;
            for (int n : histogram) assertThat(n).isBetween(count / 12, count / 8);
            Normalization n = Normalization.of(d.all());
            assertThat(n.mean().getFirst()).isBetween(0.12f, 0.14f); // the published 0.1307 and 0.3081
            assertThat(n.std().getFirst()).isBetween(0.30f, 0.32f);
        }
    }
}
