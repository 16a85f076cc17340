package dev.gatun.models.data.shards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedTokensTest {
    private static final int CONTEXT = 4;

    @TempDir
    Path dir;

    /** Counts up from {@code first}, so that a window tells where it is from. */
    private Path write(Path folder, int first, int count, int perShard, int vocabulary) throws IOException {
        ShardWriter w = new ShardWriter(folder, vocabulary, perShard);
        for (int i = 0; i < count; i++) w.add(first + i);
        w.finish();
        assertThat(w.written()).isEqualTo(count);
        return folder;
    }

    private static ShardedTokens open(Path... folders) {
        return new ShardedTokens(Arrays.stream(folders).map(f -> new ShardSource(f, 1)).toList(), CONTEXT);
    }

    private static int[] draw(ShardedTokens t, long seed, long step, int rows) {
        int[] ids = new int[rows * CONTEXT];
        int[] targets = new int[rows * CONTEXT];
        t.draw(seed, step, 0, 1, ids, targets);
        for (int i = 0; i < ids.length; i++) assertThat(targets[i]).isEqualTo(ids[i] + 1);
        return ids;
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 65_536, 70_000})
    void tokensComeBackWhateverTheirWidth(int vocabulary) throws IOException {
        Path folder = dir.resolve("s");
        ShardWriter w = new ShardWriter(folder, vocabulary, 100);
        Random random = new Random(3);
        int[] tokens = random.ints(250, 0, vocabulary).toArray();
        tokens[7] = vocabulary - 1;
        w.add(tokens);
        w.finish();
        int[] read = new int[250];
        for (int i = 0; i < 3; i++) {
            try (TokenShard s = TokenShard.open(folder.resolve("shard-0000" + i + ".tokens"))) {
                s.read(0, read, 100 * i, (int) s.count());
                assertThat(s.vocabulary()).isEqualTo(vocabulary);
                assertThat(Files.size(s.file())).isEqualTo(64 + s.count() * (vocabulary <= 65_536 ? 2 : 4));
            }
        }
        assertThat(read).isEqualTo(tokens);
        assertThatThrownBy(() -> w.add(vocabulary)).isInstanceOf(DataException.class).hasMessageContaining("outside the vocabulary");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 15, 16, 17, 1_000, 4_097})
    void aShuffleIsAPermutation(long n) {
        long[] seen = LongStream.range(0, n).map(i -> Shuffle.at(i, n, 42, 1)).sorted().toArray();
        assertThat(seen).isEqualTo(LongStream.range(0, n).toArray());
    }

    @Test
    void anEpochShowsEachWindowOnceAndNoneThatIsHeldOut() throws IOException {
        Path folder = write(dir.resolve("s"), 0, 1_000, 300, 2_000);
        try (ShardedTokens t = open(folder)) {
            int windows = (int) (t.length() / CONTEXT);
            assertThat(windows).isEqualTo(74 - 7 + 74 + 74 + 24);
            Set<Integer> starts = new HashSet<>();
            for (int step = 1; step <= windows; step++) starts.add(draw(t, 9, step, 1)[0]);
            assertThat(starts).hasSize(windows);
            int[] ids = new int[7 * CONTEXT];
            t.validation().fixed(0, 1, ids, new int[7 * CONTEXT]);
            for (int row = 0; row < 7; row++) {
                assertThat(ids[row * CONTEXT]).isBetween(67 * CONTEXT, 73 * CONTEXT);
                assertThat(starts).doesNotContain(ids[row * CONTEXT]);
            }
            Set<Integer> next = new HashSet<>();
            for (int step = windows + 1; step <= 2 * windows; step++) next.add(draw(t, 9, step, 1)[0]);
            assertThat(next).isEqualTo(starts);
            assertThat(draw(t, 9, 1, 1)).isNotEqualTo(draw(t, 9, windows + 1L, 1));
        }
    }

    @Test
    void theOrderIsThatOfTheSeedAtAnyBatchAndAfterAResume() throws IOException {
        Path folder = write(dir.resolve("s"), 0, 1_000, 300, 2_000);
        try (ShardedTokens t = open(folder); ShardedTokens again = open(folder)) {
            int[] four = draw(t, 5, 3, 4);
            int[] two = draw(again, 5, 5, 2);
            int[] more = draw(again, 5, 6, 2);
            assertThat(Arrays.copyOf(four, 8)).isEqualTo(two);
            assertThat(Arrays.copyOfRange(four, 8, 16)).isEqualTo(more);
            assertThat(draw(t, 6, 3, 4)).isNotEqualTo(four);
            int[] part = new int[8];
            t.draw(5, 3, 1, 2, part, new int[8]);
            assertThat(part).isEqualTo(draw(t, 5, 6, 2));
        }
    }

    @Test
    void sourcesAreMixedByTheirWeights() throws IOException {
        Path a = write(dir.resolve("a"), 0, 4_000, 10_000, 100_000);
        Path b = write(dir.resolve("b"), 50_000, 400, 10_000, 100_000);
        try (ShardedTokens t = new ShardedTokens(List.of(new ShardSource(a, 3), new ShardSource(b, 1)), CONTEXT)) {
            int[] ids = draw(t, 1, 1, 1024);
            Map<Boolean, Integer> counts = new HashMap<>();
            for (int i = 0; i < 1024; i++) counts.merge(ids[i * CONTEXT] >= 50_000, 1, Integer::sum);
            assertThat(counts).isEqualTo(Map.of(false, 768, true, 256));
        }
    }

    @Test
    void shardsThatComeTakePartFromTheNextEpochOnAndAResumeSeesTheSame() throws IOException {
        Path folder = write(dir.resolve("s"), 0, 100, 1_000, 100_000);
        Path run = Files.createDirectories(dir.resolve("run"));
        try (ShardedTokens t = open(folder)) {
            t.keepIn(run);
            int windows = (int) (t.length() / CONTEXT); // 24 - 2
            draw(t, 1, 1, 10);
            write(folder, 10_000, 400, 1_000, 100_000);
            assertThat(Arrays.stream(draw(t, 1, 2, 10)).max().orElseThrow()).isLessThan(10_000);
            int[] second = draw(t, 1, 2, windows + 60);
            assertThat(Arrays.stream(second).max().orElseThrow()).isGreaterThanOrEqualTo(10_000);
            write(folder, 20_000, 400, 1_000, 100_000);
            try (ShardedTokens resumed = open(folder)) {
                resumed.resume(run);
                assertThat(draw(resumed, 1, 2, windows + 60)).isEqualTo(second);
            }
            try (ShardedTokens fresh = open(folder)) {
                assertThat(draw(fresh, 1, 2, windows + 60)).isNotEqualTo(second);
            }
        }
    }

    @Test
    void brokenJournalsAreNamed() throws IOException {
        Path folder = write(dir.resolve("s"), 0, 100, 1_000, 1_000);
        try (ShardedTokens t = open(folder)) {
            assertThatThrownBy(() -> t.resume(dir)).isInstanceOf(DataException.class).hasMessageContaining("shards.json");
            for (String bad : List.of("", "{", "[]", "{\"sources\":[]}", "{\"sources\":[[]]}", "{\"sources\":[[{\"shards\":[\"../x.tokens\"],\"windows\":[4]}]]}",
                    "{\"sources\":[[{\"shards\":[\"a.tokens\"],\"windows\":[-4]}]]}", "{\"sources\":[[{\"shards\":[\"a.tokens\"],\"windows\":[0]}]]}")) {
                Files.writeString(dir.resolve("shards.json"), bad);
                assertThatThrownBy(() -> t.resume(dir)).as(bad).isInstanceOf(DataException.class).hasMessageContaining("shards.json");
            }
        }
    }

    @Test
    void damagedShardsAreRefused() throws IOException {
        Path folder = write(dir.resolve("s"), 0, 100, 1_000, 1_000);
        Path file = folder.resolve("shard-00000.tokens");
        byte[] sound = Files.readAllBytes(file);
        Random random = new Random(5);
        for (int i = 0; i < 600; i++) {
            byte[] bad = sound.clone();
            if (i % 3 == 0) bad = Arrays.copyOf(bad, random.nextInt(bad.length));
            else bad[i % 3 == 1 ? random.nextInt(36) : 64 + random.nextInt(200)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, bad);
            assertThatThrownBy(() -> open(folder).close()).as("trial " + i).isInstanceOf(DataException.class).hasMessageContaining("shard-00000.tokens");
        }
    }

    @Test
    void whatDoesNotFitIsNamed() throws IOException {
        Path empty = Files.createDirectories(dir.resolve("empty"));
        assertThatThrownBy(() -> open(empty)).isInstanceOf(DataException.class).hasMessageContaining("gatun tokenize");
        assertThat(ShardSource.isOne(empty)).isFalse();
        Path tiny = write(dir.resolve("tiny"), 0, 8, 100, 50);
        assertThatThrownBy(() -> open(tiny)).hasMessageContaining("expected at least 9 tokens").hasMessageContaining("found 8");
        Path a = write(dir.resolve("a"), 0, 40, 100, 50);
        Path b = write(dir.resolve("b"), 0, 40, 100, 60);
        assertThatThrownBy(() -> open(a, b)).hasMessageContaining("vocabulary").hasMessageContaining("expected 50");
        assertThatThrownBy(() -> new ShardSource(a, 0)).hasMessageContaining("weight");
    }
}
