package dev.gatun.models.data.shards;

import dev.gatun.models.data.DataException;
import dev.gatun.models.data.TokenData;
import dev.gatun.models.data.TokenWindows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Windows of token shards, side by side, in a random order that the seed alone decides. Of several sources each is seen
 * by its weight, and again from its start, in another order, when it is through. Shards that were added to a folder take
 * part from its next epoch on. Owns the mapped files.
 *
 * <p>The last tenth of each source's first shard is for {@link #validation} and never trained on.
 */
public final class ShardedTokens implements TokenWindows, TokenData {
    /** In a run of so many windows the sources have exactly their shares. */
    private static final int BLOCK = 1024;
    private static final int MIXING = 0x6D697865; // "mixe": tells this order apart from others under one seed
    private static final int HELD_OUT = 10;
    private static final String JOURNAL = "shards.json";

    private final List<ShardSource> sources;
    private final int context;
    private final int[] shares;
    private final ShardJournal journal;
    private final List<Map<String, TokenShard>> open = new ArrayList<>();
    private final List<String> first = new ArrayList<>();
    private final int[] sourceAt = new int[BLOCK];
    private final int[] rankAt = new int[BLOCK];
    private long mixed = -1;
    private long mixedSeed;
    private int vocabulary;

    /**
     * Opens all shards that are there.
     *
     * @param context tokens in a window
     * @throws DataException when a folder has no shards, a shard is damaged, or sources were tokenized differently
     */
    public ShardedTokens(List<ShardSource> sources, int context) {
        if (sources.isEmpty() || context < 1) throw new IllegalArgumentException("at least one source and a context of 1 are needed");
        this.sources = List.copyOf(sources);
        this.context = context;
        shares = shares(sources);
        journal = new ShardJournal(sources.size());
        try {
            for (int i = 0; i < sources.size(); i++) {
                open.add(new HashMap<>());
                first.add(sources.get(i).list().getFirst());
                if (heldOut(i) < 1) {
                    throw new DataException(sources.get(i).folder().resolve(first.get(i)) + ": count: expected at least " + (2L * context + 1)
                            + " tokens for a context of " + context + ", found " + shard(i, first.get(i)).count() + ": use more text or a smaller context");
                }
                begin(i);
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** How many of {@link #BLOCK} windows each source has: at least one, and together all. */
    private static int[] shares(List<ShardSource> sources) {
        double sum = sources.stream().mapToDouble(ShardSource::weight).sum();
        int[] shares = new int[sources.size()];
        int used = 0;
        int largest = 0;
        for (int i = 0; i < shares.length; i++) {
            shares[i] = Math.max(1, (int) (sources.get(i).weight() / sum * BLOCK));
            used += shares[i];
            if (shares[i] > shares[largest]) largest = i;
        }
        shares[largest] += BLOCK - used;
        if (shares[largest] < 1) throw new IllegalArgumentException("at most " + BLOCK / 2 + " sources can be mixed, got " + sources.size());
        return shares;
    }

    private TokenShard shard(int source, String name) {
        TokenShard known = open.get(source).get(name);
        if (known != null) return known;
        TokenShard s = TokenShard.open(sources.get(source).folder().resolve(name));
        open.get(source).put(name, s);
        if (vocabulary == 0) vocabulary = s.vocabulary();
        if (vocabulary != s.vocabulary()) {
            throw new DataException(s.file() + ": vocabulary: expected " + vocabulary + " as in the other shards, found " + s.vocabulary());
        }
        return s;
    }

    /** Windows at the end of a source's first shard that are kept for validation. */
    private long heldOut(int source) {
        long all = (shard(source, first.get(source)).count() - 1) / context;
        return all < 2 ? 0 : Math.max(1, all / HELD_OUT);
    }

    private ShardEpoch begin(int source) {
        List<String> names = sources.get(source).list();
        List<Long> windows = new ArrayList<>();
        for (String name : names) {
            long all = Math.max(0, (shard(source, name).count() - 1) / context);
            windows.add(name.equals(first.get(source)) ? all - heldOut(source) : all);
        }
        ShardEpoch epoch = new ShardEpoch(names, windows);
        journal.add(source, epoch);
        return epoch;
    }

    @Override
    public TokenWindows train() {
        return this;
    }

    /** Empty: shards may come. */
    @Override
    public String version() {
        return "";
    }

    /** Notes in a file of a run's folder, from now on, which shards each epoch has. */
    @Override
    public void keepIn(Path folder) {
        journal.keep(folder.resolve(JOURNAL));
    }

    /**
     * Goes on as a run did: its epochs keep the shards that they had, and those that came since take part later.
     */
    @Override
    public void resume(Path folder) {
        journal.resume(folder.resolve(JOURNAL));
    }

    /** Number of tokens that the shards can hold. */
    public int vocabulary() {
        return vocabulary;
    }

    @Override
    public int context() {
        return context;
    }

    /** Tokens of the first epoch, of all sources. */
    @Override
    public long length() {
        long windows = 0;
        for (int i = 0; i < sources.size(); i++) windows += journal.of(i).getFirst().total();
        return windows * context;
    }

    @Override
    public void draw(long seed, long step, int part, int parts, int[] ids, int[] targets) {
        int rows = rows(ids, targets);
        long batch = Math.addExact(Math.multiplyExact(step - 1, (long) parts), part);
        for (int row = 0; row < rows; row++) {
            long sample = Math.addExact(Math.multiplyExact(batch, (long) rows), row);
            long block = sample / BLOCK;
            if (block != mixed || seed != mixedSeed) mix(seed, block);
            int slot = (int) (sample % BLOCK);
            int source = sourceAt[slot];
            window(seed, source, Math.addExact(Math.multiplyExact(block, (long) shares[source]), rankAt[slot]), row, ids, targets);
        }
    }

    /** Deals the sources out to the windows of a block, at random. */
    private void mix(long seed, long block) {
        int[] seen = new int[shares.length];
        for (int i = 0; i < BLOCK; i++) {
            int place = (int) Shuffle.at(i, BLOCK, seed + block, MIXING);
            int source = 0;
            while (place >= shares[source]) place -= shares[source++];
            sourceAt[i] = source;
            rankAt[i] = seen[source]++;
        }
        mixed = block;
        mixedSeed = seed;
    }

    /** Window number {@code position} of a source's endless sequence. */
    private void window(long seed, int source, long position, int row, int[] ids, int[] targets) {
        List<ShardEpoch> epochs = journal.of(source);
        int number = 0;
        long left = position;
        while (number == epochs.size() || left >= epochs.get(number).total()) {
            if (number == epochs.size()) {
                begin(source);
                continue;
            }
            left -= epochs.get(number++).total();
        }
        ShardEpoch epoch = epochs.get(number);
        long window = Shuffle.at(left, epoch.total(), seed, (source << 20) + number);
        int i = 0;
        while (window >= epoch.windows().get(i)) window -= epoch.windows().get(i++);
        copy(source, epoch.shards().get(i), window, row, ids, targets);
    }

    private void copy(int source, String name, long window, int row, int[] ids, int[] targets) {
        TokenShard s = shard(source, name);
        s.read(window * context, ids, row * context, context);
        s.read(window * context + 1, targets, row * context, context);
    }

    @Override
    public void fixed(int batch, int batches, int[] ids, int[] targets) {
        throw new UnsupportedOperationException("fixed batches are drawn from the validation windows");
    }

    /** Windows that are never trained on. */
    @Override
    public TokenWindows validation() {
        return new HeldOut();
    }

    private int rows(int[] ids, int[] targets) {
        if (ids.length == 0 || ids.length % context != 0 || ids.length != targets.length) {
            throw new IllegalArgumentException("a batch of windows of " + context + " needs two arrays of a multiple of that, got "
                    + ids.length + " and " + targets.length);
        }
        return ids.length / context;
    }

    @Override
    public void close() {
        open.forEach(m -> m.values().forEach(TokenShard::close));
        open.forEach(Map::clear);
    }

    /** The last windows of each source's first shard, one source after another. */
    private final class HeldOut implements TokenWindows {
        @Override
        public int context() {
            return context;
        }

        private long windows() {
            long n = 0;
            for (int i = 0; i < sources.size(); i++) n += heldOut(i);
            return n;
        }

        @Override
        public long length() {
            return windows() * context;
        }

        @Override
        public void draw(long seed, long step, int part, int parts, int[] ids, int[] targets) {
            throw new UnsupportedOperationException("validation windows are not trained on");
        }

        @Override
        public void fixed(int batch, int batches, int[] ids, int[] targets) {
            int rows = rows(ids, targets);
            long all = windows();
            long wanted = (long) batches * rows;
            for (int row = 0; row < rows; row++) {
                long i = (long) batch * rows + row;
                long window = wanted == 1 ? 0 : (long) ((double) i / (wanted - 1) * (all - 1));
                int source = 0;
                while (window >= heldOut(source)) window -= heldOut(source++);
                long before = (shard(source, first.get(source)).count() - 1) / context - heldOut(source);
                copy(source, first.get(source), before + window, row, ids, targets);
            }
        }
    }
}
