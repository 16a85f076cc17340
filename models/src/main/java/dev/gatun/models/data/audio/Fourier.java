package dev.gatun.models.data.audio;

/** The discrete Fourier transform of a power of two, by halving (Cooley and Tukey, 1965). */
final class Fourier {
    private final int n;
    private final double[] cos;
    private final double[] sin;

    /** A transform of so many numbers. */
    Fourier(int n) {
        if (Integer.bitCount(n) != 1) throw new IllegalArgumentException("a power of two is needed, got " + n);
        this.n = n;
        cos = new double[Math.max(1, n / 2)];
        sin = new double[Math.max(1, n / 2)];
        for (int i = 0; i < n / 2; i++) {
            cos[i] = Math.cos(2 * Math.PI * i / n);
            sin[i] = -Math.sin(2 * Math.PI * i / n);
        }
    }

    /** Transforms complex numbers in their place. */
    void transform(double[] re, double[] im) {
        if (re.length != n || im.length != n) throw new IllegalArgumentException(n + " numbers are needed, got " + re.length + " and " + im.length);
        for (int i = 1, j = 0; i < n; i++) { // the order of reversed bits
            int bit = n >> 1;
            for (; (j & bit) != 0; bit >>= 1) j ^= bit;
            j ^= bit;
            if (i < j) {
                double t = re[i];
                re[i] = re[j];
                re[j] = t;
                t = im[i];
                im[i] = im[j];
                im[j] = t;
            }
        }
        for (int length = 2; length <= n; length <<= 1) {
            int step = n / length;
            for (int start = 0; start < n; start += length) {
                for (int k = 0; k < length / 2; k++) {
                    int a = start + k;
                    int b = a + length / 2;
                    double x = re[b] * cos[k * step] - im[b] * sin[k * step];
                    double y = re[b] * sin[k * step] + im[b] * cos[k * step];
                    re[b] = re[a] - x;
                    im[b] = im[a] - y;
                    re[a] += x;
                    im[a] += y;
                }
            }
        }
    }
}
