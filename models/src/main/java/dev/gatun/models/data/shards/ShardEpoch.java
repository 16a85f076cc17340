package dev.gatun.models.data.shards;

import java.util.List;

/** What one pass over a source consists of: shards that were there when it began, in the order of their names. */
final class ShardEpoch {
    private final List<String> shards;
    private final List<Long> windows;
    private final long total;

    /**
     * An epoch.
     *
     * @param shards their names
     * @param windows in each
     */
    ShardEpoch(List<String> shards, List<Long> windows) {
        this.shards = List.copyOf(shards);
        this.windows = List.copyOf(windows);
        total = windows.stream().mapToLong(Long::longValue).sum();
    }

    List<String> shards() {
        return shards;
    }

    List<Long> windows() {
        return windows;
    }

    /** Number of windows. */
    long total() {
        return total;
    }
}
