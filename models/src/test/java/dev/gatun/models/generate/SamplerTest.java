package dev.gatun.models.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final float[] LOGITS = {0, (float) Math.log(2), (float) Math.log(5), -50};

    private static int[] counts(Sampler s, int n) {
        int[] counts = new int[LOGITS.length];
        Choices choices = new Choices(s, LOGITS.length);
        for (int i = 0; i < n; i++) counts[choices.next(LOGITS, 0)]++;
        return counts;
    }

    @Test
    void choicesFollowTheProbabilities() {
        int[] c = counts(new Sampler(1, 0, 4), 8000);
        assertThat(c[0]).isBetween(900, 1100);
        assertThat(c[1]).isBetween(1850, 2150);
        assertThat(c[2]).isBetween(4800, 5200);
        assertThat(c[3]).isZero();
    }

    @Test
    void topKAndTemperatureNarrowTheChoice() {
        assertThat(counts(new Sampler(1, 2, 4), 1000)[0]).isZero();
        assertThat(counts(new Sampler(1, 1, 4), 100)[2]).isEqualTo(100);
        assertThat(counts(new Sampler(0, 0, 4), 100)[2]).isEqualTo(100);
        assertThat(counts(new Sampler(1e-30, 0, 4), 100)[2]).isEqualTo(100);
        assertThat(counts(new Sampler(1, 99, 4), 8000)).isEqualTo(counts(new Sampler(1, 0, 4), 8000));
    }

    @Test
    void theSeedDecides() {
        assertThat(counts(new Sampler(1, 0, 4), 500)).isEqualTo(counts(new Sampler(1, 0, 4), 500))
                .isNotEqualTo(counts(new Sampler(1, 0, 5), 500));
        assertThatThrownBy(() -> new Sampler(-1, 0, 0)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new Sampler(1, -1, 0)).hasMessageContaining("top-k");
    }

    private static Sampler sampler(int topK, double topP, double minP) {
        return new Sampler(1, topK, topP, minP, 1, 0, 0, 4);
    }

    /** Probabilities are 1/8, 2/8 and 5/8. */
    @Test
    void topPAndMinPNarrowTheChoice() {
        assertThat(counts(sampler(0, 0.6, 0), 500)).containsExactly(0, 0, 500, 0);
        assertThat(counts(sampler(0, 0.7, 0), 8000)).satisfies(c -> {
            assertThat(c[0]).isZero();
            assertThat(c[2]).isBetween(5500, 5900); // 5/7 of all
        });
        assertThat(counts(sampler(2, 0.72, 0), 500)[0]).isZero();
        assertThat(counts(sampler(2, 0.71, 0), 500)).containsExactly(0, 0, 500, 0); // 5/7 of the two likeliest
        assertThat(counts(sampler(0, 1, 0.39), 500)[0]).isZero();
        assertThat(counts(sampler(0, 1, 0.39), 500)[1]).isPositive();
        assertThat(counts(sampler(0, 1, 0.41), 500)).containsExactly(0, 0, 500, 0);
        assertThat(counts(sampler(3, 1, 0), 8000)[1]).isBetween(1850, 2150);
    }

    @Test
    void penaltiesMakeTokensThatHaveBeenLessLikely() {
        float[] scores = {2, 1.5f, -1, -3};
        Choices repetition = new Choices(new Sampler(0, 0, 1, 0, 2, 0, 0, 1), 4);
        repetition.prompt(0);
        assertThat(repetition.next(scores, 0)).isEqualTo(1); // 2 / 2 < 1.5
        assertThat(repetition.next(scores, 0)).isEqualTo(0); // 1.5 / 2 < 1
        Choices presence = new Choices(new Sampler(0, 0, 1, 0, 1, 0.6, 0, 1), 4);
        presence.prompt(0); // of the prompt does not count
        assertThat(List.of(presence.next(scores, 0), presence.next(scores, 0), presence.next(scores, 0))).containsExactly(0, 1, 0);
        Choices frequency = new Choices(new Sampler(0, 0, 1, 0, 1, 0, 0.3, 1), 4);
        assertThat(IntStream.range(0, 6).map(i -> frequency.next(scores, 0))).containsExactly(0, 0, 1, 0, 1, 0);
    }

    @Test
    void scoresMayLieAnywhereInAnArray() {
        float[] two = {9, 0, 0, 0, 0, 0, 7, 0};
        assertThat(new Choices(Sampler.greedy(), 4).next(two, 4)).isEqualTo(2);
        assertThatThrownBy(() -> sampler(0, 0, 0)).hasMessageContaining("top-p");
        assertThatThrownBy(() -> sampler(0, 1, 1.5)).hasMessageContaining("min-p");
        assertThatThrownBy(() -> new Sampler(1, 0, 1, 0, 0, 0, 0, 1)).hasMessageContaining("repetition penalty");
        assertThatThrownBy(() -> new Sampler(1, 0, 1, 0, 1, Double.NaN, 0, 1)).hasMessageContaining("presence penalty");
    }
}
