package dev.gatun.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.text.ByteTokenizer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DatasetTest {
    private static final int CONTEXT = 7;

    private static String letters(int n) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < n; i++) s.append((char) ('0' + i % 71));
        return s.toString();
    }

    @Test
    void theFirstNineTenthsAreForTraining() {
        try (Text text = Text.of("t", letters(1003)); Dataset d = Dataset.of(text, new ByteTokenizer(), CONTEXT)) {
            assertThat(d.train().from()).isZero();
            assertThat(d.train().to()).isEqualTo(902);
            assertThat(d.validation().from()).isEqualTo(902);
            assertThat(d.validation().to()).isEqualTo(1003);
        }
    }

    @Test
    void dataShorterThanTheContextIsRefusedWithTheLargestThatFits() {
        try (Text text = Text.of("short.txt", letters(100))) {
            assertThatThrownBy(() -> Dataset.of(text, new ByteTokenizer(), 10))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("short.txt").hasMessageContaining("context of 10").hasMessageContaining("at most 9");
            Dataset.of(text, new ByteTokenizer(), 9).close();
        }
    }

    @Test
    void batchesDependOnSeedAndStepAloneAndReachEveryWindow() {
        try (Text text = Text.of("t", letters(200)); Dataset d = Dataset.of(text, new ByteTokenizer(), CONTEXT)) {
            int[] ids = new int[4 * CONTEXT];
            int[] targets = new int[4 * CONTEXT];
            int[] again = new int[4 * CONTEXT];
            Set<Integer> starts = new HashSet<>();
            for (int step = 1; step <= 1000; step++) {
                d.train().draw(5, step, 0, ids, targets);
                for (int row = 0; row < 4; row++) {
                    for (int i = 0; i < CONTEXT - 1; i++) {
                        assertThat(targets[row * CONTEXT + i]).isEqualTo(ids[row * CONTEXT + i + 1]);
                    }
                    starts.add(Arrays.hashCode(Arrays.copyOfRange(ids, row * CONTEXT, (row + 1) * CONTEXT)));
                }
            }
            d.train().draw(5, 1000, 0, again, targets);
            assertThat(again).isEqualTo(ids);
            d.train().draw(6, 1000, 0, again, targets);
            assertThat(again).isNotEqualTo(ids);
            int[] half = new int[2 * CONTEXT];
            d.train().draw(5, 1000, 2, half, new int[2 * CONTEXT]);
            assertThat(half).as("the second part of the batch").isEqualTo(Arrays.copyOfRange(ids, 2 * CONTEXT, 4 * CONTEXT));
            assertThat(starts).hasSizeGreaterThanOrEqualTo(71); // every phase of the text's period
        }
    }

    @Test
    void fixedWindowsSpanTheWholeStretch() {
        try (Text text = Text.of("t", letters(400)); Dataset d = Dataset.of(text, new ByteTokenizer(), CONTEXT)) {
            int[] ids = new int[2 * CONTEXT];
            int[] targets = new int[2 * CONTEXT];
            d.validation().fixed(0, 3, ids, targets);
            assertThat(ids[0]).isEqualTo('0' + 360 % 71);
            d.validation().fixed(2, 3, ids, targets);
            assertThat(targets[2 * CONTEXT - 1]).isEqualTo('0' + 399 % 71);
        }
    }
}
