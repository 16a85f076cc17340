package dev.gatun.models.data.shards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which shards each epoch of each source consists of, in a file beside the run: a resumed run reads what the interrupted
 * one read, however many shards have come since.
 */
final class ShardJournal {
    private static final long LONGEST = 64 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<List<ShardEpoch>> epochs = new ArrayList<>();
    private Path file; // null while nothing is kept

    /**
     * An empty journal.
     *
     * @param sources number of sources
     */
    ShardJournal(int sources) {
        for (int i = 0; i < sources; i++) epochs.add(new ArrayList<>());
    }

    /** Writes the epochs so far, and each one that begins. */
    void keep(Path journal) {
        file = journal;
        write();
    }

    /**
     * Takes over what was kept, and goes on keeping.
     *
     * @throws DataException when the file is missing or broken
     */
    void resume(Path journal) {
        file = journal;
        List<List<ShardEpoch>> read = new ArrayList<>();
        try {
            if (Files.size(file) > LONGEST) throw new DataException(file + ": file: expected at most " + LONGEST + " bytes");
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            JsonNode list = root == null ? null : root.get("sources");
            if (list == null || !list.isArray() || list.size() != epochs.size()) {
                throw new DataException(file + ": sources: expected an array of " + epochs.size() + ", as there are folders of shards");
            }
            for (JsonNode source : list) {
                List<ShardEpoch> all = new ArrayList<>();
                for (JsonNode e : source) all.add(epoch(e));
                if (all.isEmpty()) throw new DataException(file + ": sources: expected at least one epoch of each");
                read.add(all);
            }
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        }
        epochs.clear();
        epochs.addAll(read);
    }

    private ShardEpoch epoch(JsonNode e) {
        List<String> shards = new ArrayList<>();
        List<Long> windows = new ArrayList<>();
        e.path("shards").forEach(s -> shards.add(s.asText()));
        e.path("windows").forEach(w -> windows.add(w.asLong(-1)));
        boolean sound = shards.size() == windows.size() && windows.stream().allMatch(w -> w >= 0)
                && windows.stream().anyMatch(w -> w > 0) && shards.stream().allMatch(s -> s.matches("[^/\\\\]+\\.tokens"));
        if (!sound) throw new DataException(file + ": sources: expected epochs of shards with their windows");
        return new ShardEpoch(shards, windows);
    }

    /** Epochs of a source that have begun. */
    List<ShardEpoch> of(int source) {
        return epochs.get(source);
    }

    /** Notes an epoch that begins. */
    void add(int source, ShardEpoch epoch) {
        epochs.get(source).add(epoch);
        if (file != null) write();
    }

    private void write() {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode list = root.putArray("sources");
        for (List<ShardEpoch> s : epochs) {
            ArrayNode all = list.addArray();
            for (ShardEpoch e : s) {
                ObjectNode one = all.addObject();
                e.shards().forEach(one.putArray("shards")::add);
                ArrayNode windows = one.putArray("windows");
                e.windows().forEach(windows::add);
            }
        }
        try {
            AtomicFile.write(file, root.toPrettyString() + "\n");
        } catch (IOException e) {
            throw new DataException(file + " cannot be written: " + e.getMessage(), e);
        }
    }
}
