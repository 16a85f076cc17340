package dev.gatun.models.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AugmentationTest {
    private static final int H = 6;
    private static final int W = 5;

    /** A canvas of the numbers 60, 61, 62 ..., none of which is the black of a border or the mean. */
    private static Canvas ramp(int channels) {
        float[] mean = new float[channels];
        Arrays.fill(mean, 250);
        Canvas canvas = new Canvas(H, W, channels, mean);
        byte[] bytes = new byte[H * W * channels];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) (i + 60);
        canvas.load(bytes);
        return canvas;
    }

    private static float[] after(Augmentation a, int channels, int draw) {
        Canvas canvas = ramp(channels);
        a.apply(canvas, new Draws(9, 1).at(0, draw));
        return canvas.pixels();
    }

    @Test
    void halfOfTheImagesAreMirrored() {
        for (int channels : new int[] {1, 3}) {
            float[] same = ramp(channels).pixels();
            float[] mirror = new float[same.length];
            for (int y = 0; y < H; y++) {
                for (int x = 0; x < W; x++) System.arraycopy(same, (y * W + x) * channels, mirror, (y * W + W - 1 - x) * channels, channels);
            }
            int mirrored = 0;
            for (int i = 0; i < 400; i++) {
                float[] now = after(new Augmentation.Flip(), channels, i);
                if (Arrays.equals(now, mirror)) mirrored++;
                else assertThat(now).isEqualTo(same);
            }
            assertThat(mirrored).isBetween(150, 250);
        }
    }

    @Test
    void paddedCropsAreShiftsOnBlackThatReachEveryPlace() {
        float[] whole = ramp(3).pixels();
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            float[] now = after(new Augmentation.PadCrop(2), 3, i);
            int matches = 0;
            for (int dy = -2; dy <= 2; dy++) {
                for (int dx = -2; dx <= 2; dx++) {
                    float[] shifted = new float[whole.length];
                    for (int y = 0; y < H; y++) {
                        for (int x = 0; x < W; x++) {
                            int sy = y + dy;
                            int sx = x + dx;
                            if (sy < 0 || sy >= H || sx < 0 || sx >= W) continue;
                            System.arraycopy(whole, (sy * W + sx) * 3, shifted, (y * W + x) * 3, 3);
                        }
                    }
                    if (Arrays.equals(shifted, now)) {
                        matches++;
                        seen.add(dy * 10 + dx);
                    }
                }
            }
            assertThat(matches).isEqualTo(1);
        }
        assertThat(seen).hasSize(25);
        for (int i = 0; i < 50; i++) after(new Augmentation.PadCrop(40), 1, i); // may lose the whole image, and nothing else
    }

    @Test
    void rotationTurnsAroundTheCentre() {
        Canvas disc = new Canvas(21, 21, 1, new float[1]);
        for (int y = 0; y < 21; y++) for (int x = 0; x < 21; x++) disc.pixels()[y * 21 + x] = Math.hypot(y - 10, x - 10) < 7 ? 200 : 0;
        float before = sum(disc.pixels());
        new Augmentation.Rotation(90).apply(disc, new Draws(1, 1).at(0, 0));
        assertThat(sum(disc.pixels())).isCloseTo(before, within(before * 0.03f)); // a disc turns into itself
        assertThat(disc.pixels()[10 * 21 + 10]).isEqualTo(200f);

        boolean moved = false;
        for (int i = 0; i < 20; i++) {
            Canvas dot = new Canvas(21, 21, 1, new float[1]);
            dot.pixels()[10 * 21 + 18] = 100;
            new Augmentation.Rotation(30).apply(dot, new Draws(1, 1).at(0, i));
            for (int p = 0; p < 441; p++) {
                if (dot.pixels()[p] == 0) continue;
                double angle = Math.toDegrees(Math.atan2(p / 21 - 10, p % 21 - 10));
                assertThat(Math.abs(angle)).isLessThan(40);
                assertThat(Math.hypot(p / 21 - 10, p % 21 - 10)).isBetween(6.5, 9.5);
                moved |= Math.abs(angle) > 15;
            }
        }
        assertThat(moved).isTrue();
    }

    private static float sum(float[] v) {
        float s = 0;
        for (float x : v) s += x;
        return s;
    }

    @Test
    void colorJitterStaysInRangeAndOneKindChangesOneThing() {
        float[] whole = ramp(3).pixels();
        assertThat(after(new Augmentation.ColorJitter(0, 0, 0), 3, 3)).usingComparatorWithPrecision(1e-3f).isEqualTo(whole);
        for (int i = 0; i < 50; i++) {
            for (float v : after(new Augmentation.ColorJitter(1, 1, 1), 3, i)) assertThat(v).isBetween(0f, 255f);
            float[] bright = after(new Augmentation.ColorJitter(0.4f, 0, 0), 3, i);
            float factor = bright[80] / whole[80];
            assertThat(factor).isBetween(0.6f, 1.4f);
            for (int p = 0; p < whole.length; p++) assertThat(bright[p]).isCloseTo(whole[p] * factor, within(0.01f));
            float[] contrast = after(new Augmentation.ColorJitter(0, 0.4f, 0), 1, i);
            float[] ramp = ramp(1).pixels();
            assertThat(sum(contrast)).isCloseTo(sum(ramp), within(0.5f));
            float[] saturated = after(new Augmentation.ColorJitter(0, 0, 0.9f), 3, i);
            for (int p = 0; p < whole.length; p += 3) assertThat(grey(saturated, p)).isCloseTo(grey(whole, p), within(0.5f));
        }
        float[] grey = after(new Augmentation.ColorJitter(0, 0, 1), 1, 0);
        assertThat(grey).usingComparatorWithPrecision(1e-3f).isEqualTo(ramp(1).pixels());
    }

    private static float grey(float[] p, int i) {
        return 0.299f * p[i] + 0.587f * p[i + 1] + 0.114f * p[i + 2];
    }

    @Test
    void cutoutCoversOneSquareWithTheMean() {
        float[] whole = ramp(1).pixels();
        Set<Integer> areas = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            float[] now = after(new Augmentation.Cutout(3), 1, i);
            int covered = 0;
            for (int p = 0; p < whole.length; p++) {
                if (now[p] == whole[p]) continue;
                assertThat(now[p]).isEqualTo(250f);
                covered++;
            }
            areas.add(covered);
        }
        assertThat(areas).containsExactlyInAnyOrder(4, 6, 9);
    }

    @Test
    void normalizationIsWhatTheImagesSay() {
        try (ImageDataset d = SyntheticDigits.draw(Part.TRAIN, 50, 3)) {
            double sum = 0;
            double squares = 0;
            byte[] image = new byte[784];
            for (int i = 0; i < 50; i++) {
                d.read(i, image);
                for (byte b : image) sum += (b & 0xFF) / 255.0;
            }
            double mean = sum / (50 * 784);
            for (int i = 0; i < 50; i++) {
                d.read(i, image);
                for (byte b : image) squares += Math.pow((b & 0xFF) / 255.0 - mean, 2);
            }
            Normalization n = Normalization.of(d.all());
            assertThat((double) n.mean().getFirst()).isCloseTo(mean, within(1e-6));
            assertThat((double) n.std().getFirst()).isCloseTo(Math.sqrt(squares / (50 * 784)), within(1e-6));
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new Augmentation.PadCrop(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Augmentation.Rotation(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Augmentation.ColorJitter(0, 2, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Augmentation.Cutout(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Mixing(-1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Mixing(0, 0.01)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Normalization(java.util.List.of(0f), java.util.List.of(0f))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ReadOptions.strict().resizedTo(3, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ReadOptions.strict().resizedTo(32768, 32768)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ReadOptions.strict().withClasses(257)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LoaderSettings.training(0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void drawsFollowTheirDistributions() {
        Draws draws = new Draws(4, 4).at(0, 0);
        double sum = 0;
        double squares = 0;
        double beta = 0;
        double edges = 0;
        int n = 20_000;
        for (int i = 0; i < n; i++) {
            double x = draws.normal();
            sum += x;
            squares += x * x;
            double b = draws.beta(0.3);
            assertThat(b).isBetween(0.0, 1.0);
            beta += b;
            edges += Math.pow(b - 0.5, 2);
        }
        assertThat(sum / n).isCloseTo(0, within(0.03));
        assertThat(squares / n).isCloseTo(1, within(0.04));
        assertThat(beta / n).isCloseTo(0.5, within(0.02));
        assertThat(edges / n).isCloseTo(1 / (4 * (2 * 0.3 + 1)), within(0.01)); // variance of Beta(a,a)
    }
}
