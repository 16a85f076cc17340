package dev.gatun.tools;

import picocli.CommandLine.Command;

/** {@code gatun score}. */
@Command(
        name = "score",
        mixinStandardHelpOptions = true,
        subcommands = ScoreBleuCommand.class,
        synopsisSubcommandLabel = "METRIC",
        description = {"Scores texts against others.", ""})
final class ScoreCommand {}
