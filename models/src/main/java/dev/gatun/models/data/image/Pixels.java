package dev.gatun.models.data.image;

/** Conversions of the bytes {@code [H,W,C]} of one image. */
final class Pixels {
    private Pixels() {}

    /** Grey to colour by repetition, colour to grey by the luma of ITU-R BT.601. */
    static byte[] convert(byte[] from, int pixels, int channels, int wanted, byte[] to) {
        if (channels == wanted) return from;
        for (int i = 0; i < pixels; i++) {
            if (channels == 1) {
                to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = from[i];
            } else {
                int r = from[3 * i] & 0xFF;
                int g = from[3 * i + 1] & 0xFF;
                int b = from[3 * i + 2] & 0xFF;
                to[i] = (byte) ((299 * r + 587 * g + 114 * b + 500) / 1000);
            }
        }
        return to;
    }

    /**
     * Scales until the image just covers the target, cropped around the centre. The filter is a triangle as wide as an
     * output pixel, and at least as an input pixel: bilinear when enlarging, free of aliasing when reducing.
     */
    static byte[] resize(byte[] from, Frame size, Frame target) {
        int channels = size.channels();
        double scale = Math.min((double) size.height() / target.height(), (double) size.width() / target.width());
        Taps rows = new Taps(size.height(), target.height(), scale);
        Taps columns = new Taps(size.width(), target.width(), scale);
        byte[] to = new byte[Math.toIntExact(target.bytes())];
        float[] line = new float[size.width() * channels];
        for (int y = 0; y < target.height(); y++) {
            java.util.Arrays.fill(line, 0);
            for (int t = 0; t < rows.count[y]; t++) { // the input rows under output row y, blended
                float w = rows.weight[y][t];
                int at = (rows.first[y] + t) * line.length;
                for (int i = 0; i < line.length; i++) line[i] += w * (from[at + i] & 0xFF);
            }
            for (int x = 0; x < target.width(); x++) {
                for (int c = 0; c < channels; c++) {
                    float sum = 0;
                    for (int t = 0; t < columns.count[x]; t++) {
                        sum += columns.weight[x][t] * line[(columns.first[x] + t) * channels + c];
                    }
                    to[(y * target.width() + x) * channels + c] = (byte) Math.clamp((int) (sum + 0.5f), 0, 255);
                }
            }
        }
        return to;
    }

    /** For each output position, the input positions that it blends and their weights, which sum to 1. */
    private static final class Taps {
        final int[] first;
        final int[] count;
        final float[][] weight;

        Taps(int size, int target, double scale) {
            first = new int[target];
            count = new int[target];
            weight = new float[target][];
            double start = (size - target * scale) / 2;
            double radius = Math.max(1, scale);
            for (int i = 0; i < target; i++) {
                double centre = start + (i + 0.5) * scale;
                int from = Math.clamp((int) Math.floor(centre - radius), 0, size - 1);
                int to = Math.clamp((int) Math.ceil(centre + radius), from + 1, size);
                first[i] = from;
                count[i] = to - from;
                weight[i] = new float[to - from];
                double sum = 0;
                for (int t = from; t < to; t++) sum += Math.max(0, 1 - Math.abs(t + 0.5 - centre) / radius);
                for (int t = from; t < to; t++) {
                    weight[i][t - from] = (float) (Math.max(0, 1 - Math.abs(t + 0.5 - centre) / radius) / sum);
                }
            }
        }
    }
}
