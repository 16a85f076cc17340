package dev.gatun.graph.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PhiloxTest {
    /** Known answers of the Random123 distribution for philox4x32-10. */
    @Test
    void theKnownAnswersComeOut() {
        assertThat(words(0, 0, 0, 0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(words(-1, -1, -1, -1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(words(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    private static int[] words(int c0, int c1, int c2, int c3, int k0, int k1) {
        int[] w = new int[4];
        for (int i = 0; i < 4; i++) w[i] = Philox.word(c0, c1, c2, c3, k0, k1, i);
        return w;
    }

    @Test
    void normalNumbersHaveMeanZeroAndVarianceOne() {
        int n = 100_000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double x = Philox.normal(1, 2, 3, i);
            sum += x;
            squares += x * x;
        }
        assertThat(sum / n).isCloseTo(0, within(0.02));
        assertThat(squares / n).isCloseTo(1, within(0.02));
    }

    /** Values of the error function from Abramowitz and Stegun, table 7.1. */
    @Test
    void theErrorFunctionAgreesWithItsTable() {
        assertThat(SpecialFunctions.erf(0.5)).isCloseTo(0.5204998778, within(1e-10));
        assertThat(SpecialFunctions.erf(1)).isCloseTo(0.8427007929, within(1e-10));
        assertThat(SpecialFunctions.erf(2.5)).isCloseTo(0.9995930480, within(1e-10));
        assertThat(SpecialFunctions.erf(-3)).isCloseTo(-0.9999779095, within(1e-10));
    }
}
