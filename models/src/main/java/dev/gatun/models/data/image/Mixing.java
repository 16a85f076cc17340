package dev.gatun.models.data.image;

/**
 * Blends each image of a batch with another one of it. Row {@code i} of {@code n} meets row {@code n - 1 - i}; a batch
 * has one {@code lambda}, drawn from Beta(a,a). When both kinds are on, each batch takes one by chance.
 *
 * @param mixup {@code a} of {@code lambda * x + (1 - lambda) * other} (Zhang et al., "mixup", 2018), or 0 for never
 * @param cutmix {@code a} of pasting a box of the other image that covers {@code 1 - lambda} of the area (Yun et al.,
 *     "CutMix", 2019), or 0 for never
 */
public record Mixing(double mixup, double cutmix) {
    private static final double LEAST = 0.05;
    private static final double MOST = 100;

    /** Checks ranges. */
    public Mixing {
        if (!ok(mixup) || !ok(cutmix)) {
            throw new IllegalArgumentException("mixup and cutmix take a parameter from " + LEAST + " to " + MOST + ", or 0 for never, got "
                    + mixup + " and " + cutmix);
        }
    }

    private static boolean ok(double a) {
        return a == 0 || a >= LEAST && a <= MOST;
    }

    /** No blending. */
    public static Mixing none() {
        return new Mixing(0, 0);
    }

    /** Blends the rows of a batch, and notes lambda and the partners' labels. */
    void apply(ImageBatch batch, Draws random) {
        int n = batch.size();
        if (mixup == 0 && cutmix == 0 || n < 2) {
            batch.unmixed();
            return;
        }
        boolean cut = mixup == 0 || cutmix > 0 && random.uniform() < 0.5f;
        double lambda = random.beta(cut ? cutmix : mixup);
        if (cut) lambda = cut(batch, lambda, random);
        else blend(batch, (float) lambda);
        batch.mixed((float) lambda);
    }

    private static void blend(ImageBatch batch, float lambda) {
        float[] p = batch.pixels();
        int size = batch.imageSize();
        for (int i = 0, j = batch.size() - 1; i < j; i++, j--) {
            for (int k = 0; k < size; k++) {
                float a = p[i * size + k];
                float b = p[j * size + k];
                p[i * size + k] = lambda * a + (1 - lambda) * b;
                p[j * size + k] = lambda * b + (1 - lambda) * a;
            }
        }
    }

    /** Exchanges a box between partners and returns the share of the image that stays. */
    private static double cut(ImageBatch batch, double lambda, Draws random) {
        int h = batch.height();
        int w = batch.width();
        double side = Math.sqrt(1 - lambda);
        int boxHeight = (int) (h * side);
        int boxWidth = (int) (w * side);
        int y = random.below(h);
        int x = random.below(w);
        int top = Math.max(0, y - boxHeight / 2);
        int bottom = Math.min(h, y - boxHeight / 2 + boxHeight);
        int left = Math.max(0, x - boxWidth / 2);
        int right = Math.min(w, x - boxWidth / 2 + boxWidth);
        float[] p = batch.pixels();
        int size = batch.imageSize();
        int c = batch.channels();
        for (int i = 0, j = batch.size() - 1; i < j; i++, j--) {
            for (int row = top; row < bottom; row++) {
                for (int k = (row * w + left) * c; k < (row * w + right) * c; k++) {
                    float t = p[i * size + k];
                    p[i * size + k] = p[j * size + k];
                    p[j * size + k] = t;
                }
            }
        }
        return 1 - (double) (bottom - top) * (right - left) / ((double) h * w);
    }
}
