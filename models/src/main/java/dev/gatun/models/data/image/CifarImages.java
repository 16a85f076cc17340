package dev.gatun.models.data.image;

import dev.gatun.models.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * CIFAR-10 and CIFAR-100 in their binary version. A record is a label (CIFAR-100: the coarse and the fine one) and the
 * 32x32 bytes of red, of green and of blue. The fine labels are used.
 */
public final class CifarImages {
    private static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;
    private static final Frame FRAME = new Frame(SIDE, SIDE, 3);
    private static final int COARSE = 20;
    private static final List<String> TEN = List.of(
            "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
    private static final List<String> USUAL_FOLDERS = List.of("cifar-10-batches-bin", "cifar-100-binary");

    private CifarImages() {}

    /**
     * The images of a folder that holds {@code data_batch_1.bin} to {@code data_batch_5.bin} and {@code test_batch.bin}
     * (CIFAR-10) or {@code train.bin} and {@code test.bin} (CIFAR-100), plain or with {@code .gz}, or of the folder of
     * the usual name inside it.
     *
     * @throws DataException naming the file and the record that is wrong
     */
    public static ImageDataset read(Path folder, Part part, ReadOptions options) {
        if (!Files.isDirectory(folder)) throw new DataException(folder + " is not a folder: give the one that holds the CIFAR files");
        Path home = home(folder);
        boolean hundred = lookUp(home, "train") != null || lookUp(home, "test") != null;
        List<Path> files = new ArrayList<>();
        for (String name : names(hundred, part)) {
            Path file = lookUp(home, name);
            if (file == null) {
                throw new DataException(home + " has no " + name + ".bin, plain or with .gz: put all files of the binary version of "
                        + (hundred ? "CIFAR-100" : "CIFAR-10 (data_batch_1.bin to data_batch_5.bin, test_batch.bin)") + " there");
            }
            files.add(file);
        }
        int record = (hundred ? 2 : 1) + 3 * PLANE;
        boolean plain = true;
        long expected = 0;
        for (Path file : files) {
            try (ByteSource s = new ByteSource(file)) {
                plain &= s.length() >= 0;
                expected += Math.ceilDiv(s.length(), record);
            }
        }
        List<String> names = classNames(home, hundred);
        try (ImageStore store = new ImageStore(home.toString(), options, plain ? expected : Integer.MAX_VALUE, plain)) {
            for (Path file : files) copy(file, hundred, names.size(), store);
            return store.finish(names);
        }
    }

    /** Whether a folder has such files for a part. */
    static boolean has(Path folder, Part part) {
        Path home = home(folder);
        return lookUp(home, names(false, part).getFirst()) != null || lookUp(home, names(true, part).getFirst()) != null;
    }

    private static Path home(Path folder) {
        for (String name : USUAL_FOLDERS) {
            if (Files.isDirectory(folder.resolve(name))) return folder.resolve(name);
        }
        return folder;
    }

    private static List<String> names(boolean hundred, Part part) {
        if (hundred) return List.of(part == Part.TRAIN ? "train" : "test");
        if (part == Part.TEST) return List.of("test_batch");
        return IntStream.rangeClosed(1, 5).mapToObj(i -> "data_batch_" + i).toList();
    }

    private static Path lookUp(Path folder, String name) {
        for (String end : List.of(".bin", ".bin.gz")) {
            Path file = folder.resolve(name + end);
            if (Files.isRegularFile(file)) return file;
        }
        return null;
    }

    private static void copy(Path file, boolean hundred, int classes, ImageStore store) {
        int head = hundred ? 2 : 1;
        byte[] record = new byte[head + 3 * PLANE];
        byte[] image = new byte[3 * PLANE];
        try (ByteSource source = new ByteSource(file)) {
            long i = 0;
            for (int got; (got = source.read(record, record.length)) > 0 || i == 0; i++) {
                if (got < record.length) {
                    store.bad(1, new DataException(file + " is cut off in record " + i + ": " + got + " of its " + record.length
                            + " bytes are there. Get the whole file of the binary version"));
                    return;
                }
                int fine = record[head - 1] & 0xFF;
                int coarse = record[0] & 0xFF;
                if (fine >= classes || hundred && coarse >= COARSE) {
                    boolean f = fine >= classes;
                    store.bad(1, new DataException(file + ": the " + (hundred ? f ? "fine label" : "coarse label" : "label") + " of record "
                            + i + " is " + (f ? fine : coarse) + ", expected 0 to " + ((f ? classes : COARSE) - 1)
                            + ". Give a file of the binary version of CIFAR"));
                    continue;
                }
                for (int p = 0; p < PLANE; p++) { // (C,H,W) -> (H,W,C)
                    for (int c = 0; c < 3; c++) image[3 * p + c] = record[head + c * PLANE + p];
                }
                store.add("record " + i + " of " + file, image, FRAME, fine);
            }
            if (!store.options().skipBad()) source.requireEnd("a record has " + record.length + " bytes");
        }
    }

    private static List<String> classNames(Path folder, boolean hundred) {
        Path file = folder.resolve(hundred ? "fine_label_names.txt" : "batches.meta.txt");
        int classes = hundred ? 100 : 10;
        if (!Files.isRegularFile(file)) return hundred ? IntStream.range(0, 100).mapToObj(i -> "class " + i).toList() : TEN;
        try {
            List<String> names = Files.readAllLines(file).stream().map(String::strip).filter(n -> !n.isEmpty()).toList();
            if (names.size() == classes) return names;
            throw new DataException(file + " names " + names.size() + " classes, expected " + classes + ", one a line");
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
