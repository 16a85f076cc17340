package dev.gatun.models.data.features;

import dev.gatun.models.data.DataException;
import dev.gatun.models.data.audio.MelSpectrogram;
import dev.gatun.models.data.audio.Sound;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * WAV files as spectrograms: a row for each window of time, a column for each band. Longer sounds are cut, shorter ones
 * filled up with silence.
 *
 * @param spectrogram what is computed
 * @param rows windows of an example
 */
public record SoundReader(MelSpectrogram spectrogram, int rows) implements GridReader {
    /** What {@link #kind} gives. */
    public static final String KIND = "sound";

    private static final int MOST_ROWS = 1 << 14;

    /** Checks the size. */
    public SoundReader {
        if (rows < 1 || rows > MOST_ROWS) throw new IllegalArgumentException("an example has 1 to " + MOST_ROWS + " windows of time, got " + rows);
    }

    /**
     * The usual windows (25 ms, every 10 ms) over a stretch of time.
     *
     * @param rate samples in a second
     * @param bands columns
     * @param seconds length of an example
     */
    public static SoundReader of(int rate, int bands, double seconds) {
        MelSpectrogram m = MelSpectrogram.of(rate, bands);
        return new SoundReader(m, m.frames((int) Math.round(Math.min(rate * seconds, Integer.MAX_VALUE))));
    }

    @Override
    public int columns() {
        return spectrogram.bands();
    }

    @Override
    public int channels() {
        return 1;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String takes() {
        return "WAV files";
    }

    @Override
    public boolean isOne(Path item) {
        return Files.isRegularFile(item) && item.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".wav");
    }

    @Override
    public float[] read(Path item) {
        Sound sound = Sound.read(item);
        if (sound.rate() != spectrogram.rate()) {
            throw new DataException(item + ": expected " + spectrogram.rate() + " samples a second, found " + sound.rate() + ": convert the file, or leave it out");
        }
        return grid(sound);
    }

    /** The example that a sound is; its rate must be the spectrogram's. */
    public float[] grid(Sound sound) {
        float[][] s = spectrogram.apply(sound);
        int bands = spectrogram.bands();
        float silence = (float) Math.log(spectrogram.floor());
        float[] grid = new float[rows * bands];
        for (int t = 0; t < rows; t++) {
            for (int b = 0; b < bands; b++) grid[t * bands + b] = t < s.length ? s[t][b] : silence;
        }
        return grid;
    }

    @Override
    public Map<String, Object> settings() {
        Map<String, Object> s = new LinkedHashMap<>();
        s.put("rate", spectrogram.rate());
        s.put("window", spectrogram.window());
        s.put("hop", spectrogram.hop());
        s.put("bands", spectrogram.bands());
        s.put("floor", spectrogram.floor());
        s.put("rows", rows);
        return s;
    }
}
