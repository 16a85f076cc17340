package dev.gatun.tools;

import dev.gatun.models.data.DataException;
import dev.gatun.models.data.features.GridReader;
import dev.gatun.models.data.features.LabelledGrids;
import dev.gatun.models.data.image.FolderImages;
import dev.gatun.models.data.image.ImageDataset;
import dev.gatun.models.data.image.ImageFormat;
import dev.gatun.models.data.image.Part;
import dev.gatun.models.data.image.ReadOptions;
import dev.gatun.models.data.image.Skipped;
import dev.gatun.models.data.image.SyntheticDigits;
import dev.gatun.models.vision.ImageSize;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which images a command reads, and how. */
final class ImageDataOptions {
    /** Where images are from. */
    enum Format {
        SYNTHETIC,
        IDX,
        CIFAR,
        CIFAR10,
        CIFAR100,
        FOLDER
    }

    /** Synthetic digits are the same in every run: those to test with are never seen in training. */
    private static final long SYNTHETIC_SEED = 1;
    private static final int LARGEST = 1 << 24;

    private Path data;

    @Option(
            names = "--format",
            paramLabel = "KIND",
            description = "idx (MNIST and its kin, plain or gzip), cifar10 or cifar100 (binary version), folder (a sub-folder a class, "
                    + "in train and test folders if you like; PNG, JPEG, BMP, GIF) or synthetic. Default: what the files look like.")
    private Format format;

    @Option(names = "--classes", paramLabel = "N", defaultValue = "10", description = "Classes of IDX files. Default: 10.")
    private int classes;

    @Option(
            names = "--skip-bad",
            description = "Leave out images that cannot be used and count them, instead of stopping at the first.")
    private boolean skipBad;

    /** Says where the images are; {@code null} for synthetic digits. */
    void from(Path folder) {
        data = folder;
    }

    /** Checks the flags before any work is done. */
    void check() {
        Flags.atLeastOne("--classes", classes);
        if (data == null && format != null && format != Format.SYNTHETIC) {
            throw new IllegalArgumentException("--format " + name(format) + " needs the folder of the files: --data DIR");
        }
        if (data != null && format == Format.SYNTHETIC) throw new IllegalArgumentException("--format synthetic reads no --data: leave one of them away");
    }

    private static String name(Format f) {
        return f.name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Whether images are drawn instead of read. */
    boolean synthetic() {
        return data == null;
    }

    Path data() {
        return data;
    }

    /**
     * Reads a part, or draws it.
     *
     * @param height rows to resize to, or 0 to keep the images' own size
     * @param channels 1 or 3, or 0 for those of the format
     * @param drawn number of synthetic images
     */
    ImageDataset open(Part part, int height, int width, int channels, int drawn) {
        check();
        if (synthetic()) return SyntheticDigits.draw(part, drawn, SYNTHETIC_SEED);
        ReadOptions how = new ReadOptions(skipBad, height, width, channels, classes);
        return checked(format().read(data, part, how));
    }

    /** Whether there are images of a part. */
    boolean has(Part part) {
        return synthetic() || format().has(data, part);
    }

    /** All images of a folder that has no parts, or of the test part, in the size that a model takes. */
    ImageDataset openForTest(ImageSize size, int drawn) {
        check();
        if (synthetic() || format() != ImageFormat.FOLDER || format().has(data, Part.TEST)) {
            return open(Part.TEST, size.height(), size.width(), size.channels(), drawn);
        }
        return FolderImages.read(data, new ReadOptions(skipBad, size.height(), size.width(), size.channels(), classes));
    }

    /** Sounds or videos: those of the folder, or synthetic ones that training did not see. */
    LabelledGrids examples(GridReader reader, int drawn) {
        return data == null ? GridData.synthetic(reader, Part.TEST, drawn) : LabelledGrids.read(data, reader, skipBad);
    }

    private ImageFormat format() {
        if (format == null) return ImageFormat.detect(data);
        return switch (format) {
            case IDX -> ImageFormat.IDX;
            case CIFAR, CIFAR10, CIFAR100 -> ImageFormat.CIFAR;
            case FOLDER -> ImageFormat.FOLDER;
            case SYNTHETIC -> throw new IllegalStateException("synthetic images are not read");
        };
    }

    private ImageDataset checked(ImageDataset d) {
        int expected = format == Format.CIFAR10 ? 10 : format == Format.CIFAR100 ? 100 : d.classes();
        if (d.classes() == expected && d.count() <= LARGEST) return d;
        String message = d.classes() == expected
                ? data + " has " + d.count() + " images, more than " + LARGEST
                : data + " holds images of " + d.classes() + " classes: give --format cifar" + d.classes();
        d.close();
        throw new DataException(message);
    }

    /** Says what was left out. */
    static void printSkipped(PrintWriter out, ImageDataset d) {
        printSkipped(out, d.skipped(), d.name(), "image");
    }

    /** Says what was left out, if anything was. */
    static void printSkipped(PrintWriter out, Skipped s, String name, String thing) {
        if (s.count() == 0) return;
        out.printf("skipped  %,d bad %s%s of %s; the first: %s%n", s.count(), thing, s.count() == 1 ? "" : "s", name, s.reasons().getFirst());
    }
}
