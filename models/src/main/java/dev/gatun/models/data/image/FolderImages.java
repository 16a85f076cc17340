package dev.gatun.models.data.image;

import dev.gatun.models.data.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Pictures (PNG, JPEG, BMP, GIF) in one sub-folder a class. Classes and files are taken in the order of their names;
 * other files, and names that start with a dot, are left out.
 */
public final class FolderImages {
    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "bmp", "gif");

    private record Labelled(Path file, int label) {}

    private FolderImages() {}

    /**
     * The pictures of a part: those below {@code folder/train}, or below {@code folder/test} or {@code folder/val}. A
     * folder without a {@code train} folder is one of classes, all to train on.
     *
     * @throws DataException naming the file or folder that is wrong
     */
    public static ImageDataset read(Path folder, Part part, ReadOptions options) {
        Path home = home(folder, part);
        if (home == null) {
            throw new DataException(folder + " has no folder test or val: put one with a sub-folder a class there, or split the rest");
        }
        return read(home, options);
    }

    /** Whether a folder has such pictures for a part. */
    static boolean has(Path folder, Part part) {
        Path home = home(folder, part);
        return home != null && Files.isDirectory(home);
    }

    private static Path home(Path folder, Part part) {
        boolean parts = Files.isDirectory(folder.resolve("train"));
        if (part == Part.TRAIN) return parts ? folder.resolve("train") : folder;
        if (!parts) return null;
        for (String name : List.of("test", "val")) {
            if (Files.isDirectory(folder.resolve(name))) return folder.resolve(name);
        }
        return null;
    }

    /**
     * The pictures of a folder with one sub-folder a class.
     *
     * @throws DataException naming the file or folder that is wrong
     */
    public static ImageDataset read(Path folder, ReadOptions options) {
        if (!Files.isDirectory(folder)) throw new DataException(folder + " is not a folder: give one with a sub-folder of pictures a class");
        List<Path> classes = list(folder, false);
        if (classes.isEmpty()) throw new DataException(folder + " has no sub-folders: make one a class, with its pictures inside");
        List<Labelled> files = new ArrayList<>();
        List<DataException> empty = new ArrayList<>();
        for (int label = 0; label < classes.size(); label++) {
            List<Path> inside = list(classes.get(label), true);
            if (inside.isEmpty()) {
                empty.add(new DataException(classes.get(label) + " has no pictures (png, jpg, jpeg, bmp, gif): fill or remove this class folder"));
            }
            for (Path file : inside) files.add(new Labelled(file, label));
        }
        return decode(folder.toString(), files, empty, classes.stream().map(c -> c.getFileName().toString()).toList(), options);
    }

    /**
     * Pictures without known classes, to predict with; their labels are -1.
     *
     * @param classNames the classes they may be of
     */
    public static ImageDataset files(List<Path> files, List<String> classNames, ReadOptions options) {
        return decode(files.size() == 1 ? files.getFirst().toString() : files.size() + " pictures",
                files.stream().map(f -> new Labelled(f, -1)).toList(), List.of(), classNames, options);
    }

    private static ImageDataset decode(String name, List<Labelled> files, List<DataException> empty, List<String> classNames,
            ReadOptions options) {
        try (ImageStore store = new ImageStore(name, options, files.size(), true)) {
            empty.forEach(e -> store.bad(1, e));
            for (Labelled l : files) {
                Decoder.Picture picture;
                try {
                    picture = Decoder.decode(l.file);
                } catch (DataException e) {
                    store.bad(1, e);
                    continue;
                }
                store.add(l.file.toString(), picture.bytes(), picture.frame(), l.label);
            }
            return store.finish(classNames);
        }
    }

    /** Sub-folders, or all pictures below; sorted, hidden ones left out. */
    private static List<Path> list(Path folder, boolean pictures) {
        try (Stream<Path> all = Files.walk(folder, pictures ? Integer.MAX_VALUE : 1, FileVisitOption.FOLLOW_LINKS)) {
            return all.filter(p -> !p.equals(folder) && !hidden(folder.relativize(p)))
                    .filter(p -> pictures ? picture(p) && !Files.isDirectory(p) : Files.isDirectory(p)).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            throw new DataException(folder + " cannot be listed: " + e.getMessage(), e);
        }
    }

    private static boolean hidden(Path relative) {
        for (Path name : relative) {
            if (name.toString().startsWith(".")) return true;
        }
        return false;
    }

    private static boolean picture(Path file) {
        String name = file.getFileName().toString();
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }
}
