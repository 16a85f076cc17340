package dev.gatun.tools;

import picocli.CommandLine.Command;

/** {@code gatun tokenizer}. */
@Command(
        name = "tokenizer",
        mixinStandardHelpOptions = true,
        subcommands = TokenizerTrainCommand.class,
        synopsisSubcommandLabel = "COMMAND",
        description = {"Makes vocabularies.", ""})
final class TokenizerCommand {}
