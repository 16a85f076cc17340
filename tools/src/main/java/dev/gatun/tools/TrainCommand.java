package dev.gatun.tools;

import dev.gatun.models.vision.ImagePreset;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code gatun train}. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        subcommands = {TrainGptCommand.class, TrainLstmCommand.class, TrainMlpCommand.class, TrainAudioCommand.class, TrainVideoCommand.class},
        synopsisSubcommandLabel = "MODEL",
        subcommandsRepeatable = false,
        description = {"Trains a model.", ""})
final class TrainCommand {
    /** Adds the models of images, one for each preset. */
    static void addImages(CommandLine train) {
        for (ImagePreset p : ImagePreset.values()) train.addSubcommand(TrainImageCommand.of(p));
    }

    /** The commands of all models, by name. */
    static Map<String, CommandLine> models() {
        CommandLine train = new CommandLine(new TrainCommand());
        addImages(train);
        return train.getSubcommands();
    }
}
