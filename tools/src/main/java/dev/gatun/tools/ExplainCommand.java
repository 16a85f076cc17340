package dev.gatun.tools;

import picocli.CommandLine.Command;

/** {@code gatun explain}. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        subcommands = ExplainGptCommand.class,
        synopsisSubcommandLabel = "MODEL",
        description = "Shows what the compiler makes of a model.")
final class ExplainCommand {}
