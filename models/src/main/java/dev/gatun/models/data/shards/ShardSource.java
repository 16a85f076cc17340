package dev.gatun.models.data.shards;

import dev.gatun.models.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder of shards and its share of the training.
 *
 * @param folder holds {@code *.tokens} files
 * @param weight share of the windows that are drawn from it, against the weights of other sources
 */
public record ShardSource(Path folder, double weight) {
    public ShardSource {
        if (!(weight > 0) || Double.isInfinite(weight)) {
            throw new IllegalArgumentException("the weight of " + folder + " must be a number above 0, got " + weight);
        }
    }

    /** Whether a folder holds token shards. */
    public static boolean isOne(Path folder) {
        try {
            return Files.isDirectory(folder) && !names(folder).isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).filter(n -> n.endsWith(TokenShard.SUFFIX) && !n.startsWith(".")).sorted().toList();
        }
    }

    /** Names of the shards that are there now. */
    List<String> list() {
        try {
            List<String> names = names(folder);
            if (names.isEmpty()) throw new DataException(folder + " holds no token shards (*" + TokenShard.SUFFIX + "): write some with gatun tokenize");
            return names;
        } catch (IOException e) {
            throw new DataException(folder + " cannot be read: " + e.getMessage(), e);
        }
    }
}
