package dev.gatun.models.data.features;

import dev.gatun.models.data.audio.Sound;
import dev.gatun.models.data.image.Draws;
import dev.gatun.models.data.image.Part;
import java.util.List;

/**
 * Sounds that nobody recorded: a steady tone, tones that rise and fall, pulses, and noise, all with some noise added, to try
 * a network without any data. Accuracy on them says nothing about accuracy on recordings. Example {@code i} is of class
 * {@code i % 5} and depends on seed, part and {@code i} alone.
 */
public final class SyntheticSounds {
    /** The classes. */
    public static final List<String> CLASSES = List.of("falling", "noise", "pulses", "rising", "tone");

    private static final int TRAIN_STREAM = 0x736e6472; // two streams: no sound of one part is in the other
    private static final int TEST_STREAM = 0x736e6465;

    private SyntheticSounds() {}

    /** Makes {@code count} sounds, as long as the reader's examples. */
    public static LabelledGrids draw(Part part, int count, long seed, SoundReader reader) {
        Draws draws = new Draws(seed, part == Part.TRAIN ? TRAIN_STREAM : TEST_STREAM);
        return LabelledGrids.drawn("synthetic sounds (seed " + seed + ")", reader, CLASSES, count, i -> reader.grid(sound(draws.at(0, i), i, reader)));
    }

    private static Sound sound(Draws draws, int i, SoundReader reader) {
        int rate = reader.spectrogram().rate();
        float[] samples = new float[reader.spectrogram().window() + (reader.rows() - 1) * reader.spectrogram().hop()];
        String kind = CLASSES.get(i % CLASSES.size());
        double low = draws.between(0.02f, 0.06f) * rate; // hertz; half of the rate is the highest there is
        double high = draws.between(0.15f, 0.35f) * rate;
        double steady = draws.between(0.03f, 0.3f) * rate;
        double period = draws.between(0.08f, 0.2f) * samples.length;
        double shift = draws.between(0, 1) * period;
        float loud = draws.between(0.2f, 0.7f);
        float hiss = draws.between(0.005f, 0.05f);
        double phase = draws.between(0, 6.28f);
        for (int t = 0; t < samples.length; t++) {
            double at = (double) t / samples.length;
            double hertz = switch (kind) {
                case "rising" -> low + (high - low) * at;
                case "falling" -> high + (low - high) * at;
                default -> steady;
            };
            phase += 2 * Math.PI * hertz / rate;
            double envelope = kind.equals("noise") || kind.equals("pulses") && (t + shift) % period > 0.4 * period ? 0 : loud;
            double noise = (kind.equals("noise") ? loud : hiss) * (2 * draws.uniform() - 1);
            samples[t] = (float) (envelope * StrictMath.sin(phase) + noise);
        }
        return new Sound(samples, rate);
    }
}
