package dev.gatun.tools;

import picocli.CommandLine.Command;

/** {@code gatun train}. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        subcommands = {TrainGptCommand.class, TrainLstmCommand.class, TrainMlpCommand.class},
        synopsisSubcommandLabel = "MODEL",
        subcommandsRepeatable = false,
        description = "Trains a model.")
final class TrainCommand {}
