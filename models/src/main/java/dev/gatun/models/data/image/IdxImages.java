package dev.gatun.models.data.image;

import dev.gatun.models.data.DataException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Images and labels in IDX files, plain or gzip, as MNIST and its kin come. A file of images starts with the big-endian
 * numbers {@code 0x803, images, rows, columns}, a file of labels with {@code 0x801, labels}; bytes follow.
 */
public final class IdxImages {
    private static final int IMAGES = 0x803;
    private static final int LABELS = 0x801;
    private static final int IMAGE_HEADER = 16;
    private static final int LABEL_HEADER = 8;

    private IdxImages() {}

    /**
     * The images of a folder in files of the usual names: {@code train-images-idx3-ubyte}, {@code t10k-labels-idx1-ubyte}
     * and so on, with or without {@code .gz}.
     *
     * @throws DataException when a file is missing or broken
     */
    public static ImageDataset read(Path folder, Part part, ReadOptions options) {
        return read(find(folder, part, "images", "idx3"), find(folder, part, "labels", "idx1"), options);
    }

    /** Whether a folder has such files for a part. */
    static boolean has(Path folder, Part part) {
        return lookUp(folder, part, "images", "idx3") != null;
    }

    private static Path lookUp(Path folder, Part part, String what, String kind) {
        String stem = (part == Part.TRAIN ? "train-" : "t10k-") + what;
        for (String separator : List.of("-", ".")) {
            for (String end : List.of("", ".gz")) {
                Path file = folder.resolve(stem + separator + kind + "-ubyte" + end);
                if (Files.isRegularFile(file)) return file;
            }
        }
        return null;
    }

    private static Path find(Path folder, Part part, String what, String kind) {
        if (!Files.isDirectory(folder)) throw new DataException(folder + " is not a folder: give the one that holds the IDX files");
        Path file = lookUp(folder, part, what, kind);
        if (file == null) {
            throw new DataException(folder + " has no " + (part == Part.TRAIN ? "train-" : "t10k-") + what + "-" + kind
                    + "-ubyte, plain or with .gz: put the IDX file there under that name");
        }
        return file;
    }

    /**
     * The images of one file with the labels of another.
     *
     * @throws DataException naming the file and the field that is wrong
     */
    public static ImageDataset read(Path images, Path labels, ReadOptions options) {
        try (ByteSource pixels = new ByteSource(images); ByteSource classes = new ByteSource(labels)) {
            int[] header = header(pixels, IMAGES, "images", "images", "rows", "columns");
            int count = header[0];
            Frame frame = frame(images, header[1], header[2]);
            int labelCount = header(classes, LABELS, "labels", "labels")[0];
            if (labelCount != count) {
                throw new DataException(labels + " has " + labelCount + " labels, but " + images + " has " + count
                        + " images: they must be as many. Give the two files of one set");
            }
            long bytes = count * frame.bytes();
            if (!options.skipBad()) {
                requireLength(pixels, IMAGE_HEADER + bytes, count + " images of " + frame.height() + "x" + frame.width());
                requireLength(classes, LABEL_HEADER + (long) count, count + " labels");
            }
            boolean checked = pixels.length() >= IMAGE_HEADER + bytes;
            try (ImageStore store = new ImageStore(images.toString(), options, count, checked)) {
                if (copy(pixels, classes, frame, count, store)) {
                    pixels.requireEnd("its header says " + count + " images of " + frame.height() + "x" + frame.width());
                    classes.requireEnd("its header says " + count + " labels");
                }
                return store.finish(IntStream.range(0, options.classes()).mapToObj(Integer::toString).toList());
            }
        }
    }

    /** Copies records in step; false when one of the files ended too early. */
    private static boolean copy(ByteSource pixels, ByteSource classes, Frame frame, int count, ImageStore store) {
        int size = (int) frame.bytes();
        byte[] image = new byte[size];
        byte[] label = new byte[1];
        for (int i = 0; i < count; i++) {
            int got = pixels.read(image, size);
            if (got < size) {
                store.bad(count - i, new DataException(pixels.file() + " is cut off in image " + i + " of " + count + ": "
                        + got + " of its " + size + " bytes are there. Get the whole file"));
                return false;
            }
            if (classes.read(label, 1) < 1) {
                store.bad(count - i, new DataException(classes.file() + " is cut off: it has " + i + " of the " + count
                        + " labels that its header promises. Get the whole file"));
                return false;
            }
            int l = label[0] & 0xFF;
            if (l >= store.options().classes()) {
                store.bad(1, new DataException(classes.file() + ": label " + i + " is " + l + ", expected 0 to "
                        + (store.options().classes() - 1) + ". Give the right number of classes or repair the file"));
            } else {
                store.add("image " + i + " of " + pixels.file(), image, frame, l);
            }
        }
        return true;
    }

    private static int[] header(ByteSource source, int magic, String kind, String... fields) {
        byte[] bytes = new byte[4 + 4 * fields.length];
        int got = source.read(bytes, bytes.length);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int found = buffer.getInt();
        if (got >= 4 && found != magic) {
            throw new DataException(String.format(Locale.ROOT, "%s: the magic number is 0x%08X, expected 0x%08X (IDX, unsigned "
                    + "bytes, %d dimensions). Give an IDX file of %s", source.file(), found, magic, fields.length, kind));
        }
        if (got < bytes.length) {
            String field = got < 4 ? "magic number" : "number of " + fields[got / 4 - 1];
            throw new DataException(source.file() + " is cut off in its header, in the " + field + ": it has " + got
                    + " bytes, the header of an IDX file of " + kind + " has " + bytes.length + ". Get the whole file");
        }
        int[] values = new int[fields.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = buffer.getInt();
            if (values[i] < 1) {
                throw new DataException(source.file() + ": the number of " + fields[i] + " in the header is "
                        + (values[i] & 0xFFFFFFFFL) + ", expected 1 to " + Integer.MAX_VALUE);
            }
        }
        return values;
    }

    private static Frame frame(Path file, int rows, int columns) {
        if (rows > ReadOptions.LONGEST || columns > ReadOptions.LONGEST || (long) rows * columns > Decoder.MOST_PIXELS) {
            throw new DataException(file + ": the header says " + rows + " rows and " + columns + " columns, expected at most "
                    + ReadOptions.LONGEST + " of each and " + Decoder.MOST_PIXELS + " pixels");
        }
        return new Frame(rows, columns, 1);
    }

    private static void requireLength(ByteSource source, long wanted, String what) {
        if (source.length() >= 0 && source.length() != wanted) {
            throw new DataException(source.file() + " has " + source.length() + " bytes, but its header says " + what + ", which take "
                    + wanted + ": the file is " + (source.length() < wanted ? "cut off" : "too long") + ". Get the whole file");
        }
    }
}
