package dev.gatun.models.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files that a path names. */
public final class TextFiles {
    private TextFiles() {}

    /**
     * A file itself, or all files below a folder in the order of their paths. Files and folders whose names start with a
     * dot are left out.
     *
     * @throws DataException when there is no such file or folder, or it cannot be read
     */
    public static List<Path> of(Path path) {
        if (!Files.exists(path)) throw new DataException(path + " does not exist: give a UTF-8 text file or a folder of such files");
        if (!Files.isRegularFile(path) && !Files.isDirectory(path)) {
            throw new DataException(path + " is neither a regular file nor a folder: give a UTF-8 text file or a folder of such files");
        }
        if (Files.isRegularFile(path)) return List.of(path);
        try (Stream<Path> walk = Files.walk(path)) {
            return walk.filter(Files::isRegularFile).filter(f -> !hidden(path.relativize(f))).sorted().toList();
        } catch (IOException e) {
            throw new DataException(path + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean hidden(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".")) return true;
        }
        return false;
    }
}
