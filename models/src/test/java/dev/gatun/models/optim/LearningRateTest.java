package dev.gatun.models.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateTest {
    @Test
    void linearFallsAlongALine() {
        LearningRate r = new LearningRate.Linear(1, 0.2, 100);
        assertThat(r.at(50)).isCloseTo(0.6, within(1e-12));
        assertThat(r.at(100)).isEqualTo(0.2);
        assertThat(r.at(1000)).isEqualTo(0.2);
    }

    @Test
    void oneCycleRisesOverThreeTenthsAndFallsToNothing() {
        LearningRate r = new LearningRate.OneCycle(0.5, 100);
        assertThat(r.at(1)).isBetween(0.02, 0.03);
        assertThat(r.at(30)).isCloseTo(0.5, within(1e-12));
        assertThat(r.at(65)).isCloseTo(0.25, within(1e-3));
        assertThat(r.at(100)).isCloseTo(2e-6, within(1e-12));
        for (int i = 1; i < 100; i++) assertThat(r.at(i + 1)).matches(i < 30 ? x -> x > r.at(1) : x -> x < 0.5);
        assertThat(new LearningRate.OneCycle(0.5, 1).at(1)).isPositive();
    }

    @Test
    void stepsMultiply() {
        LearningRate r = new LearningRate.Steps(1, 0.1, 10);
        assertThat(r.at(10)).isEqualTo(1);
        assertThat(r.at(11)).isCloseTo(0.1, within(1e-12));
        assertThat(r.at(31)).isCloseTo(0.001, within(1e-12));
    }

    @Test
    void aPlateauFollowsValidationAndAWarmUpGoesWithAll() {
        LearningRate r = new LearningRate.Warmup(new LearningRate.Plateau(2, 0.5, 3), 4);
        assertThat(r.patience()).isEqualTo(3);
        assertThat(r.at(1)).isEqualTo(0.5);
        assertThat(r.at(4)).isEqualTo(2);
        assertThat(r.at(9, 2)).isEqualTo(0.5);
        assertThat(new LearningRate.Warmup(new LearningRate.Constant(3), 0).at(1)).isEqualTo(3);
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> new LearningRate.Linear(1, 2, 10)).hasMessageContaining("floor");
        assertThatThrownBy(() -> new LearningRate.OneCycle(0, 10)).hasMessageContaining("learning rate");
        assertThatThrownBy(() -> new LearningRate.Steps(1, 1, 10)).hasMessageContaining("factor");
        assertThatThrownBy(() -> new LearningRate.Steps(1, 0.5, 0)).hasMessageContaining("at least 1 step");
        assertThatThrownBy(() -> new LearningRate.Plateau(1, 0.5, 0)).hasMessageContaining("patience");
        assertThatThrownBy(() -> new LearningRate.Warmup(new LearningRate.Constant(1), -1)).hasMessageContaining("warm-up");
    }
}
