package dev.gatun.models.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.data.DataException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderImagesTest {
    private static final ReadOptions STRICT = ReadOptions.strict();

    @TempDir
    Path folder;

    private void refused(String... parts) {
        assertThatThrownBy(() -> FolderImages.read(folder, STRICT)).isInstanceOf(DataException.class).message().contains(parts);
    }

    @Test
    void classesAndFilesAreTakenInTheOrderOfTheirNames() {
        ImageFiles.write(folder, "dog/2.png", ImageFiles.png(8, 3, 0x0A0B0C));
        ImageFiles.write(folder, "dog/1.BMP", ImageFiles.picture("bmp", 8, 3, BufferedImage.TYPE_INT_RGB, 0x010203));
        ImageFiles.write(folder, "dog/deep/9.gif", ImageFiles.picture("gif", 8, 3, BufferedImage.TYPE_BYTE_INDEXED, 0xFFFFFF));
        ImageFiles.write(folder, "cat/a.jpg", ImageFiles.picture("jpg", 8, 3, BufferedImage.TYPE_INT_RGB, 0x808080));
        ImageFiles.write(folder, "cat/notes.txt", new byte[9]);
        ImageFiles.write(folder, "cat/.hidden.png", new byte[9]);
        ImageFiles.write(folder, ".cache/x.png", new byte[9]);
        try (ImageDataset d = ImageFormat.FOLDER.read(folder, Part.TRAIN, STRICT)) {
            assertThat(d.classNames()).containsExactly("cat", "dog");
            assertThat(new int[] {d.count(), d.height(), d.width(), d.channels()}).containsExactly(4, 8, 3, 3);
            assertThat(new int[] {d.label(0), d.label(1), d.label(2), d.label(3)}).containsExactly(0, 1, 1, 1);
            byte[] image = new byte[72];
            d.read(0, image);
            for (byte b : image) assertThat(b & 0xFF).isBetween(126, 130);
            d.read(1, image);
            assertThat(Arrays.copyOf(image, 6)).containsExactly(1, 2, 3, 1, 2, 3);
            d.read(2, image);
            assertThat(Arrays.copyOfRange(image, 69, 72)).containsExactly(0x0A, 0x0B, 0x0C);
            d.read(3, image);
            assertThat(image).containsOnly(0xFF);
        }
    }

    @Test
    void greySamplesKeepTheirValues() {
        ImageFiles.write(folder, "a/grey.png", ImageFiles.picture("png", 2, 2, BufferedImage.TYPE_BYTE_GRAY, 100));
        ImageFiles.write(folder, "a/rgb.png", ImageFiles.png(2, 2, 0x646464));
        for (int channels : new int[] {1, 3}) {
            try (ImageDataset d = FolderImages.read(folder, STRICT.withChannels(channels))) {
                byte[] image = new byte[4 * channels];
                for (int i = 0; i < 2; i++) {
                    d.read(i, image);
                    assertThat(image).containsOnly(100);
                }
            }
        }
    }

    @Test
    void partsAreFolders() {
        ImageFiles.write(folder, "train/a/1.png", ImageFiles.png(2, 2, 1));
        assertThat(ImageFormat.FOLDER.has(folder, Part.TEST)).isFalse();
        assertThatThrownBy(() -> ImageFormat.FOLDER.read(folder, Part.TEST, STRICT)).isInstanceOf(DataException.class).hasMessageContaining("test or val");
        ImageFiles.write(folder, "val/a/1.png", ImageFiles.png(2, 2, 2));
        ImageFiles.write(folder, "val/a/2.png", ImageFiles.png(2, 2, 2));
        try (ImageDataset train = ImageFormat.FOLDER.read(folder, Part.TRAIN, STRICT); ImageDataset test = ImageFormat.FOLDER.read(folder, Part.TEST, STRICT)) {
            assertThat(train.count()).isEqualTo(1);
            assertThat(test.count()).isEqualTo(2);
        }
    }

    @Test
    void unusableFoldersAreErrorsThatNameThem() throws IOException {
        assertThatThrownBy(() -> FolderImages.read(folder.resolve("none"), STRICT)).isInstanceOf(DataException.class).hasMessageContaining("none is not a folder");
        refused(folder.toString(), "no sub-folders");
        Files.createDirectories(folder.resolve("empty"));
        ImageFiles.write(folder, "full/1.png", ImageFiles.png(2, 2, 1));
        refused(folder.resolve("empty").toString(), "no pictures");
        try (ImageDataset d = FolderImages.read(folder, STRICT.skippingBad(true))) {
            assertThat(d.classNames()).containsExactly("empty", "full");
            assertThat(d.label(0)).isEqualTo(1);
            assertThat(d.skipped().count()).isEqualTo(1);
        }
    }

    @Test
    void brokenPicturesAreErrorsOrLeftOut() {
        ImageFiles.write(folder, "a/0.png", ImageFiles.png(16, 16, 7));
        for (String format : new String[] {"png", "jpg", "bmp", "gif"}) {
            byte[] bytes = ImageFiles.noise(format, 16);
            // a PNG or GIF that lacks but its end marks has all its pixels, so it is cut before them
            for (int n = 0; n < bytes.length - 25; n += n < 60 ? 1 : 13) {
                ImageFiles.write(folder, "a/1.png", Arrays.copyOf(bytes, n));
                refused(folder.resolve("a/1.png").toString());
            }
        }
        try (ImageDataset d = FolderImages.read(folder, STRICT.skippingBad(true))) {
            assertThat(d.count()).isEqualTo(1);
            assertThat(d.skipped().count()).isEqualTo(1);
            assertThat(d.skipped().reasons().getFirst()).contains("1.png");
        }
        byte[] huge = ImageFiles.png(16, 16, 9);
        huge[16] = 0x7F; // width 0x7F000010
        ImageFiles.write(folder, "a/1.png", huge);
        refused("1.png");
    }

    @Test
    void aLinkToNothingIsAnError() throws IOException {
        ImageFiles.write(folder, "a/0.png", ImageFiles.png(2, 2, 7));
        Files.createSymbolicLink(folder.resolve("a/1.png"), folder.resolve("gone.png"));
        refused(folder.resolve("a/1.png").toString(), "not a regular file");
    }

    @Test
    void mixedSizesNeedATargetSize() {
        ImageFiles.write(folder, "a/1.png", ImageFiles.png(8, 6, 0x112233));
        ImageFiles.write(folder, "b/2.png", ImageFiles.png(30, 20, 0x445566));
        refused(folder.resolve("b/2.png").toString(), "30x20", folder.resolve("a/1.png").toString(), "8x6");
        try (ImageDataset d = FolderImages.read(folder, STRICT.skippingBad(true))) {
            assertThat(d.count()).isEqualTo(1);
            assertThat(d.skipped().reasons().getFirst()).contains("2.png");
        }
        try (ImageDataset d = FolderImages.read(folder, STRICT.resizedTo(5, 7))) {
            assertThat(new int[] {d.count(), d.height(), d.width()}).containsExactly(2, 5, 7);
            byte[] image = new byte[105];
            d.read(1, image);
            for (int i = 0; i < 105; i += 3) assertThat(Arrays.copyOfRange(image, i, i + 3)).containsExactly(0x44, 0x55, 0x66);
        }
    }

    @Test
    void picturesToPredictHaveNoLabel() {
        Path file = ImageFiles.write(folder, "x.png", ImageFiles.png(4, 4, 0xFFFFFF));
        try (ImageDataset d = FolderImages.files(List.of(file), List.of("a", "b"), STRICT.withChannels(1).resizedTo(2, 2))) {
            assertThat(d.label(0)).isEqualTo(-1);
            assertThat(d.classes()).isEqualTo(2);
            assertThat(d.imageBytes()).isEqualTo(4);
        }
        Path none = folder.resolve("none.png");
        assertThatThrownBy(() -> FolderImages.files(List.of(none), List.of("a"), STRICT)).isInstanceOf(DataException.class).hasMessageContaining("none.png");
    }

    @Test
    void resizingKeepsSizesAndInterpolatesBetweenPixels() {
        byte[] ramp = {0, 40, 80, 120};
        assertThat(Pixels.resize(ramp, new Frame(1, 4, 1), new Frame(1, 4, 1))).isEqualTo(ramp);
        assertThat(Pixels.resize(new byte[] {0, 100, 0, 100}, new Frame(2, 2, 1), new Frame(4, 4, 1)))
                .startsWith(0, 25, 75, 100);
        // wider than the target: the middle columns stay
        assertThat(Pixels.resize(new byte[] {9, 10, 20, 9}, new Frame(1, 4, 1), new Frame(1, 2, 1))).isEqualTo(new byte[] {10, 20});
        byte[] checks = new byte[64];
        for (int i = 0; i < 64; i++) checks[i] = (byte) ((i + i / 8) % 2 * 100);
        for (byte b : Pixels.resize(checks, new Frame(8, 8, 1), new Frame(2, 2, 1))) assertThat((int) b).isBetween(44, 56); // no aliasing
    }
}
