package dev.gatun.models.data.audio;

/**
 * Turns sound into logarithms of the energies in bands that the ear tells apart: Hann windows, power spectrum, triangles on
 * the mel scale ({@code 2595 log10(1 + f / 700)}; O'Shaughnessy, 1987), natural logarithm of the energy and a floor.
 *
 * @param rate samples in a second that sounds must have
 * @param window samples in a window; the transform takes the next power of two
 * @param hop samples from a window to the next
 * @param bands number of bands, from 0 to half of the rate
 * @param floor added to each energy
 */
public record MelSpectrogram(int rate, int window, int hop, int bands, double floor) {
    public MelSpectrogram {
        if (rate < 1 || window < 2 || hop < 1 || bands < 1 || window > 1 << 20 || bands > 1 << 12) {
            throw new IllegalArgumentException("rate, hop and bands must be at least 1 and a window at least 2 samples long, got rate " + rate
                    + ", window " + window + ", hop " + hop + ", bands " + bands);
        }
        if (!(floor > 0)) throw new IllegalArgumentException("the floor must be above 0, got " + floor);
    }

    /** Windows of 25 ms every 10 ms. */
    public static MelSpectrogram of(int rate, int bands) {
        return new MelSpectrogram(rate, rate / 40, rate / 100, bands, 1e-6);
    }

    /** Number of windows that a sound has, at least one: a short sound is filled up with silence. */
    public int frames(int samples) {
        return Math.max(1, 1 + (samples - window) / hop);
    }

    /**
     * Computes a spectrogram.
     *
     * @return {@code [frames][bands]}
     * @throws IllegalArgumentException for a sound of another rate
     */
    public float[][] apply(Sound sound) {
        if (sound.rate() != rate) throw new IllegalArgumentException("expected " + rate + " samples a second, found " + sound.rate());
        int n = Math.max(2, Integer.highestOneBit(window - 1) << 1);
        Fourier fourier = new Fourier(n);
        double[][] triangles = triangles(n);
        float[][] result = new float[frames(sound.length())][bands];
        double[] re = new double[n];
        double[] im = new double[n];
        for (int t = 0; t < result.length; t++) {
            for (int i = 0; i < n; i++) {
                int at = t * hop + i;
                double hann = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / window);
                re[i] = i < window && at < sound.length() ? hann * sound.at(at) : 0;
                im[i] = 0;
            }
            fourier.transform(re, im);
            for (int b = 0; b < bands; b++) {
                double energy = 0;
                for (int k = 0; k <= n / 2; k++) energy += triangles[b][k] * (re[k] * re[k] + im[k] * im[k]);
                result[t][b] = (float) Math.log(energy + floor);
            }
        }
        return result;
    }

    /** The weight of each frequency in each band; bands meet their neighbours in the middle. */
    double[][] triangles(int n) {
        double top = mel(rate / 2.0);
        double[][] w = new double[bands][n / 2 + 1];
        for (int b = 0; b < bands; b++) {
            double low = hertz(top * b / (bands + 1));
            double middle = hertz(top * (b + 1) / (bands + 1));
            double high = hertz(top * (b + 2) / (bands + 1));
            for (int k = 0; k <= n / 2; k++) {
                double f = (double) k * rate / n;
                w[b][k] = Math.max(0, Math.min((f - low) / (middle - low), (high - f) / (high - middle)));
            }
        }
        return w;
    }

    private static double mel(double hertz) {
        return 2595 * Math.log10(1 + hertz / 700);
    }

    private static double hertz(double mel) {
        return 700 * (Math.pow(10, mel / 2595) - 1);
    }
}
