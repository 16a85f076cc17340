package dev.gatun.models.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class SyntheticDigitsTest {
    @Test
    void imagesDependOnSeedAndPartAlone() {
        try (ImageDataset a = SyntheticDigits.draw(Part.TRAIN, 40, 7); ImageDataset longer = SyntheticDigits.draw(Part.TRAIN, 80, 7);
                ImageDataset other = SyntheticDigits.draw(Part.TRAIN, 40, 8); ImageDataset test = SyntheticDigits.draw(Part.TEST, 40, 7)) {
            assertThat(a.pixels().mismatch(longer.pixels())).isEqualTo(a.pixels().byteSize()); // a prefix
            MemorySegment pixels = a.pixels();
            for (int i = 0; i < 40; i++) {
                MemorySegment image = pixels.asSlice(784L * i, 784);
                assertThat(image.mismatch(other.pixels().asSlice(784L * i, 784))).isNotEqualTo(-1);
                assertThat(image.mismatch(test.pixels().asSlice(784L * i, 784))).isNotEqualTo(-1);
            }
            assertThat(a.name()).contains("synthetic");
            assertThat(a.label(13)).isEqualTo(3);
        }
    }

    @Test
    void theNearestOfTenMeanImagesTellsMostDigits() {
        try (ImageDataset train = SyntheticDigits.draw(Part.TRAIN, 2000, 1); ImageDataset test = SyntheticDigits.draw(Part.TEST, 500, 1)) {
            float[][] mean = new float[10][784];
            byte[] image = new byte[784];
            for (int i = 0; i < 2000; i++) {
                train.read(i, image);
                for (int p = 0; p < 784; p++) mean[i % 10][p] += (image[p] & 0xFF) / 200f;
            }
            int right = 0;
            for (int i = 0; i < 500; i++) {
                test.read(i, image);
                int best = 0;
                double nearest = Double.MAX_VALUE;
                for (int d = 0; d < 10; d++) {
                    double distance = 0;
                    for (int p = 0; p < 784; p++) distance += Math.pow((image[p] & 0xFF) - mean[d][p], 2);
                    if (distance < nearest) {
                        nearest = distance;
                        best = d;
                    }
                }
                if (best == test.label(i)) right++;
            }
            assertThat(right).isBetween(301, 499); // above 60 %, and not so easy that nothing is left to learn
        }
    }
}
