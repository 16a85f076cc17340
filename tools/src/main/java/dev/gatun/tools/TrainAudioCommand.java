package dev.gatun.tools;

import dev.gatun.models.data.audio.Sound;
import dev.gatun.models.data.features.GridReader;
import dev.gatun.models.data.features.LabelledGrids;
import dev.gatun.models.data.features.SoundReader;
import dev.gatun.models.data.features.SpecAugment;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gatun train audio}. */
@Command(
        name = "audio",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains a network to tell the classes of sounds apart.",
            "",
            "WAV files become spectrograms: the logarithm of the energy in bands of the mel scale, in windows of 25 ms every "
                    + "10 ms, which the network takes as pictures. While training, stretches of time and of bands are hidden "
                    + "(SpecAugment).",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun train audio                                     synthetic sounds, nothing to download",
            "  gatun train audio --data words/ --seconds 1           a sub-folder of WAV files a class",
            "  gatun eval runs/audio-... --data more-words/          accuracy, F1, confusion matrix",
            "  gatun predict runs/audio-... one.wav two.wav          what is heard"
        })
final class TrainAudioCommand extends TrainGridCommand {
    private static final int RATE = 8_000;
    private static final int LOWEST_RATE = 400;
    private static final int HIGHEST_RATE = 1_000_000;
    private static final int MASKS = 2;
    private static final int HIDDEN = 8;

    @Option(names = "--rate", paramLabel = "HZ", description = "Samples in a second that every file has. Default: those of the first file; 8000 for synthetic sounds.")
    private Integer rate;

    @Option(names = "--seconds", paramLabel = "X", defaultValue = "1", description = "Length of an example: longer sounds are cut, shorter ones filled up. Default: 1.")
    private double seconds;

    @Option(names = "--bands", paramLabel = "N", defaultValue = "40", description = "Bands of the spectrogram. Default: 40.")
    private int bands;

    @Option(names = "--time-mask", paramLabel = "N", description = "Most windows that are hidden at once, twice in an example. Default: an eighth of them; 0 for none.")
    private Integer timeMask;

    @Option(names = "--band-mask", paramLabel = "N", description = "Most bands that are hidden at once, twice in an example. Default: an eighth of them; 0 for none.")
    private Integer bandMask;

    @Override
    String label() {
        return "audio";
    }

    @Override
    public ResumableCommand fresh() {
        return new TrainAudioCommand();
    }

    @Override
    void checkReader() {
        if (rate != null) checkRate("--rate", rate);
        Flags.positive("--seconds", seconds);
        Flags.atLeastOne("--bands", bands);
        if (timeMask != null) Flags.atLeastZero("--time-mask", timeMask);
        if (bandMask != null) Flags.atLeastZero("--band-mask", bandMask);
    }

    private static void checkRate(String what, double rate) {
        if (rate != Math.rint(rate) || rate < LOWEST_RATE || rate > HIGHEST_RATE) {
            throw new IllegalArgumentException(what + ": expected a whole number of " + LOWEST_RATE + " to " + HIGHEST_RATE + " samples a second, got " + rate);
        }
    }

    @Override
    GridReader reader(Path folder) {
        int hertz = RATE;
        if (rate != null) {
            hertz = rate;
        } else if (folder != null) {
            Path first = LabelledGrids.first(folder, ".wav");
            float found = Sound.read(first).rate();
            checkRate(first.toString(), found);
            hertz = (int) found;
        }
        return SoundReader.of(hertz, bands, seconds);
    }

    @Override
    SpecAugment augment(GridReader reader) {
        int time = timeMask != null ? timeMask : reader.rows() / HIDDEN;
        int band = bandMask != null ? bandMask : reader.columns() / HIDDEN;
        return new SpecAugment(time == 0 ? 0 : MASKS, time, band == 0 ? 0 : MASKS, band);
    }
}
