package dev.gatun.models.data.image;

import java.util.Arrays;

/**
 * A random change of an image that leaves its class alone. Workers share one object, so it holds no state; all chance
 * comes from the draws it is given, which makes a run repeatable.
 */
@FunctionalInterface
public interface Augmentation {
    /** Changes an image in place. */
    void apply(Canvas image, Draws random);

    /** Mirrors every second image left to right. Not for digits and letters. */
    record Flip() implements Augmentation {
        @Override
        public void apply(Canvas image, Draws random) {
            if (random.uniform() < 0.5f) return;
            int w = image.width();
            int c = image.channels();
            float[] p = image.pixels();
            for (int y = 0; y < image.height(); y++) {
                for (int l = y * w * c, r = l + (w - 1) * c; l < r; l += c, r -= c) {
                    for (int k = 0; k < c; k++) {
                        float t = p[l + k];
                        p[l + k] = p[r + k];
                        p[r + k] = t;
                    }
                }
            }
        }
    }

    /** Turns black into white and back, every time: for pictures that are dark on light where those trained on were light on dark. */
    record Invert() implements Augmentation {
        @Override
        public void apply(Canvas image, Draws random) {
            float[] p = image.pixels();
            for (int i = 0; i < p.length; i++) p[i] = 255 - p[i];
        }
    }

    /**
     * Pads with black on all sides and crops back to size at a random place: a shift by up to {@code pad} pixels.
     *
     * @param pad pixels on each side
     */
    record PadCrop(int pad) implements Augmentation {
        /** Checks the range. */
        public PadCrop {
            if (pad < 1 || pad > ReadOptions.LONGEST) throw new IllegalArgumentException("padding is at least 1 pixel, got " + pad);
        }

        @Override
        public void apply(Canvas image, Draws random) {
            int dy = random.below(2 * pad + 1) - pad;
            int dx = random.below(2 * pad + 1) - pad;
            int h = image.height();
            int w = image.width();
            int c = image.channels();
            float[] to = image.scratch();
            Arrays.fill(to, 0);
            int columns = w - Math.abs(dx);
            for (int y = Math.max(0, -dy); y < Math.min(h, h - dy) && columns > 0; y++) {
                System.arraycopy(image.pixels(), ((y + dy) * w + Math.max(0, dx)) * c, to, (y * w + Math.max(0, -dx)) * c, columns * c);
            }
            image.swap();
        }
    }

    /**
     * Turns around the centre, bilinearly, on black.
     *
     * @param degrees largest angle to either side
     */
    record Rotation(double degrees) implements Augmentation {
        /** Checks the range. */
        public Rotation {
            if (!(degrees > 0 && degrees <= 180)) throw new IllegalArgumentException("an angle is above 0 and at most 180 degrees, got " + degrees);
        }

        @Override
        public void apply(Canvas image, Draws random) {
            double angle = Math.toRadians(degrees) * (2.0 * random.uniform() - 1);
            float cos = (float) StrictMath.cos(angle);
            float sin = (float) StrictMath.sin(angle);
            float my = (image.height() - 1) / 2f;
            float mx = (image.width() - 1) / 2f;
            for (int y = 0; y < image.height(); y++) {
                float sy = my + (y - my) * cos + mx * sin; // where pixel (y,0) comes from; one to the right adds (-sin,cos)
                float sx = mx - mx * cos + (y - my) * sin;
                for (int x = 0; x < image.width(); x++) sample(image, sy - x * sin, sx + x * cos, (y * image.width() + x) * image.channels());
            }
            image.swap();
        }

        private static void sample(Canvas image, float sy, float sx, int to) {
            int y = floor(sy);
            int x = floor(sx);
            float fy = sy - y;
            float fx = sx - x;
            int c = image.channels();
            int row = image.width() * c;
            float[] out = image.scratch();
            if (y >= 0 && y < image.height() - 1 && x >= 0 && x < image.width() - 1) {
                float[] p = image.pixels();
                for (int k = 0, at = y * row + x * c; k < c; k++, at++) {
                    out[to + k] = blend(p[at], p[at + c], p[at + row], p[at + row + c], fy, fx);
                }
            } else if (y < -1 || y >= image.height() || x < -1 || x >= image.width()) {
                for (int k = 0; k < c; k++) out[to + k] = 0;
            } else {
                for (int k = 0; k < c; k++) {
                    out[to + k] = blend(at(image, y, x, k), at(image, y, x + 1, k), at(image, y + 1, x, k), at(image, y + 1, x + 1, k), fy, fx);
                }
            }
        }

        private static int floor(float v) {
            int i = (int) v;
            return v < i ? i - 1 : i;
        }

        private static float blend(float a, float b, float c, float d, float fy, float fx) {
            float top = a + (b - a) * fx;
            float bottom = c + (d - c) * fx;
            return top + (bottom - top) * fy;
        }

        private static float at(Canvas image, int y, int x, int k) {
            if (y < 0 || y >= image.height() || x < 0 || x >= image.width()) return 0;
            return image.pixels()[(y * image.width() + x) * image.channels() + k];
        }
    }

    /**
     * Changes brightness, contrast and saturation, each by a factor between {@code 1 - s} and {@code 1 + s}.
     *
     * @param brightness how far to scale towards or away from black, 0 to 1
     * @param contrast how far to scale towards or away from the image's mean grey, 0 to 1
     * @param saturation how far to scale towards or away from each pixel's grey, 0 to 1; grey images have none
     */
    record ColorJitter(float brightness, float contrast, float saturation) implements Augmentation {
        /** Checks ranges. */
        public ColorJitter {
            if (!(brightness >= 0 && brightness <= 1 && contrast >= 0 && contrast <= 1 && saturation >= 0 && saturation <= 1)) {
                throw new IllegalArgumentException("brightness, contrast and saturation change by 0 to 1, got " + brightness + ", "
                        + contrast + ", " + saturation);
            }
        }

        @Override
        public void apply(Canvas image, Draws random) {
            float b = random.between(1 - brightness, 1 + brightness);
            float c = random.between(1 - contrast, 1 + contrast);
            float s = random.between(1 - saturation, 1 + saturation);
            float[] p = image.pixels();
            int channels = image.channels();
            double sum = 0;
            for (int i = 0; i < p.length; i += channels) sum += grey(p, i, channels);
            float mean = b * (float) (sum * channels / p.length); // grey is linear, so scaling it is scaling its mean
            for (int i = 0; i < p.length; i += channels) {
                float grey = grey(p, i, channels);
                for (int k = 0; k < channels; k++) {
                    float v = mean + c * (b * (grey + s * (p[i + k] - grey)) - mean);
                    p[i + k] = Math.min(255f, Math.max(0f, v));
                }
            }
        }

        private static float grey(float[] p, int i, int channels) {
            return channels == 3 ? 0.299f * p[i] + 0.587f * p[i + 1] + 0.114f * p[i + 2] : p[i];
        }
    }

    /**
     * Covers a square around a random pixel with the dataset's mean; parts beyond the edge are cut (DeVries and Taylor,
     * "Improved regularization of convolutional neural networks with cutout", 2017).
     *
     * @param size side in pixels
     */
    record Cutout(int size) implements Augmentation {
        /** Checks the range. */
        public Cutout {
            if (size < 1 || size > ReadOptions.LONGEST) throw new IllegalArgumentException("a square has a side of at least 1 pixel, got " + size);
        }

        @Override
        public void apply(Canvas image, Draws random) {
            int top = random.below(image.height()) - size / 2;
            int left = random.below(image.width()) - size / 2;
            int c = image.channels();
            for (int y = Math.max(0, top); y < Math.min(image.height(), top + size); y++) {
                for (int x = Math.max(0, left); x < Math.min(image.width(), left + size); x++) {
                    for (int k = 0; k < c; k++) image.pixels()[(y * image.width() + x) * c + k] = image.mean(k);
                }
            }
        }
    }
}
