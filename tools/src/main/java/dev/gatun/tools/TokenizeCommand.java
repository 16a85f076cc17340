package dev.gatun.tools;

import dev.gatun.models.data.Text;
import dev.gatun.models.data.documents.Documents;
import dev.gatun.models.data.documents.ShardTokenizer;
import dev.gatun.models.data.shards.ShardWriter;
import dev.gatun.models.tasks.TokenizerJson;
import dev.gatun.models.text.CharTokenizer;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun tokenize}. */
@Command(
        name = "tokenize",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Turns text into token shards, which training maps instead of reading.",
            "",
            "Writes shard-00000.tokens and so on, and tokenizer.json. Into a folder that has shards new ones are added, with "
                    + "the same tokenizer; a training under way takes them up at its next epoch.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun tokenize --data corpus/ --tokenizer tokenizer.json --out shards/",
            "  gatun tokenize --data more.jsonl --field body --out shards/",
            "  gatun train gpt --data shards/"
        })
final class TokenizeCommand implements Callable<Integer> {
    @Mixin
    private DocumentOptions documents;

    @Option(
            names = "--tokenizer",
            paramLabel = "KIND|FILE",
            description = "char, byte or a tokenizer.json. Default: the one in --out, else char.")
    private String tokenizer;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder of shards: new, empty, or with shards.")
    private Path out;

    @Option(
            names = "--separator",
            paramLabel = "TOKEN",
            description = "Token behind each document. Default: <|endoftext|>, <|end_of_text|> or </s> where the tokenizer has it.")
    private String separator;

    @Option(
            names = "--shard-tokens",
            paramLabel = "N",
            defaultValue = "100000000",
            description = "Tokens in a file. Default: 100,000,000.")
    private int shardTokens;

    @Option(names = "--threads", paramLabel = "N", description = "Threads. Default: one for each core.")
    private Integer threads;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Flags.atLeastOne("--shard-tokens", shardTokens);
        int workers = GptOptions.chosen("--threads", threads, Runtime.getRuntime().availableProcessors());
        if (tokenizer != null) TokenizerChoice.check(tokenizer);
        Documents all = documents.open();
        boolean more = Files.isRegularFile(out.resolve("tokenizer.json"));
        if (!more && Files.isDirectory(out)) {
            try (Stream<Path> entries = Files.list(out)) {
                if (entries.findAny().isPresent()) throw new IllegalArgumentException("--out " + out + " is not empty and has no tokenizer.json; choose another folder");
            }
        }
        Tokenizer words = more && tokenizer == null ? TokenizerJson.read(out) : TokenizerChoice.of(tokenizer == null ? TokenizerChoice.CHAR : tokenizer, this::characters);
        ShardTokenizer work = new ShardTokenizer(words, separator(words), workers);
        ShardWriter writer = new ShardWriter(out, words.vocabulary(), shardTokens);
        place(words, more);
        ShardTokenizer.Report r = work.run(all, writer);
        PrintWriter w = spec.commandLine().getOut();
        w.printf(Locale.ROOT, "documents %,d in %,d files, %,d characters%n", r.documents(), all.files(), r.characters());
        w.printf(Locale.ROOT, "tokens    %,d, %.2f characters each, vocabulary %,d%n", r.tokens(), (double) r.characters() / Math.max(1, r.tokens()), words.vocabulary());
        DocumentOptions.printMissing(w, all);
        w.printf("output    %s%n", out);
        w.flush();
        return 0;
    }

    private CharTokenizer characters() {
        try (Text text = documents.text()) {
            return text.charTokenizer();
        }
    }

    /** Writes the tokenizer beside the shards, or checks that it is the one that is there. */
    private void place(Tokenizer words, boolean there) throws IOException {
        if (!there) {
            TokenizerJson.write(out, words);
            return;
        }
        Path probe = Files.createTempDirectory("gatun-tokenizer");
        try {
            TokenizerJson.write(probe, words);
            if (!Arrays.equals(Files.readAllBytes(probe.resolve("tokenizer.json")), Files.readAllBytes(out.resolve("tokenizer.json")))) {
                throw new IllegalArgumentException("--tokenizer: " + out + " holds shards of another tokenizer; leave the flag away, or choose another folder");
            }
        } finally {
            Files.deleteIfExists(probe.resolve("tokenizer.json"));
            Files.delete(probe);
        }
    }

    private int separator(Tokenizer words) {
        if (!(words instanceof SubwordTokenizer s)) {
            if (separator != null) throw new IllegalArgumentException("--separator: a " + words.kind() + " tokenizer has no such token");
            return -1;
        }
        if (separator != null) {
            if (s.token(separator) < 0) throw new IllegalArgumentException("--separator: the tokenizer has no token " + separator);
            return s.token(separator);
        }
        return Stream.of("<|endoftext|>", "<|end_of_text|>", "</s>").mapToInt(s::token).filter(t -> t >= 0).findFirst().orElse(-1);
    }
}
