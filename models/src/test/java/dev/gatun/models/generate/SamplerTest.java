package dev.gatun.models.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
}
