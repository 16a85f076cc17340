package dev.gatun.tools;

import dev.gatun.models.data.DataException;
import dev.gatun.models.data.Dataset;
import dev.gatun.models.data.JdkSources;
import dev.gatun.models.data.Text;
import dev.gatun.models.data.TokenData;
import dev.gatun.models.data.shards.ShardSource;
import dev.gatun.models.data.shards.ShardedTokens;
import dev.gatun.models.tasks.TokenizerJson;
import dev.gatun.models.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Text to train on: files, or token shards, and how it becomes tokens. */
final class TextDataOptions {
    @Option(
            names = "--data",
            paramLabel = "FILE|DIR",
            description = "UTF-8 text: a file, a folder of files in the order of their paths, lines of JSON (.jsonl) or .parquet files. Or a folder of "
                    + "token shards (gatun tokenize); several may be given, to be mixed. Default: Java sources of the JDK.")
    private List<Path> data = new ArrayList<>();

    @Option(
            names = "--weight",
            paramLabel = "X",
            description = "Share of each folder of shards, in the order of --data. Default: the same for all.")
    private List<Double> weights = new ArrayList<>();

    @Option(
            names = "--field",
            paramLabel = "NAME",
            defaultValue = "text",
            description = "What holds the text: a field of .jsonl lines, a column of .parquet files. Default: text.")
    private String field;

    @Option(
            names = "--tokenizer",
            paramLabel = "KIND|FILE",
            description = "char (the text's characters), byte (256 tokens, any text) or a tokenizer.json (gatun tokenizer train). Token "
                    + "shards bring their own. Default: char.")
    private String tokenizer;

    /** Text that was opened. Closing it frees it; windows must be closed before. */
    interface Source extends AutoCloseable {
        Tokenizer tokenizer();

        /** Where it is from. */
        String name();

        /** One line for people. */
        String description();

        /** Its tokens in windows. */
        TokenData windows(int context);

        @Override
        void close();
    }

    /** Checks the flags before any work is done. */
    void check() throws IOException {
        if (!weights.isEmpty() && weights.size() != data.size()) {
            throw new IllegalArgumentException("--weight is needed once for each --data, got " + weights.size() + " for " + data.size());
        }
        if (data.size() > 1 || !weights.isEmpty()) {
            for (Path p : data) {
                if (!ShardSource.isOne(p)) throw new IllegalArgumentException("--data " + p + ": several sources are mixed as token shards, which gatun tokenize makes");
            }
        }
        if (tokenizer != null) TokenizerChoice.check(tokenizer);
    }

    Source open() throws IOException {
        check();
        return !data.isEmpty() && ShardSource.isOne(data.getFirst()) ? new Shards() : new Plain();
    }

    /** Text that is tokenized now. */
    private final class Plain implements Source {
        private final Text text;
        private final Tokenizer words;

        Plain() throws IOException {
            text = text();
            try {
                words = TokenizerChoice.of(tokenizer == null ? TokenizerChoice.CHAR : tokenizer, text::charTokenizer);
            } catch (IOException | RuntimeException e) {
                text.close();
                throw e;
            }
        }

        private Text text() {
            if (!data.isEmpty()) return Text.of(data.getFirst(), field);
            try {
                return JdkSources.open();
            } catch (DataException e) {
                throw new DataException(e.getMessage() + ". Name a text file or a folder with --data", e);
            }
        }

        @Override
        public Tokenizer tokenizer() {
            return words;
        }

        @Override
        public String name() {
            return text.name();
        }

        @Override
        public String description() {
            return String.format(Locale.ROOT, "%s: %,d characters in %,d file%s%s", text.name(), text.characters(), text.files(),
                    text.files() == 1 ? "" : "s", text.missing() == 0 ? "" : String.format(Locale.ROOT, ", %,d rows without text passed over", text.missing()));
        }

        @Override
        public TokenData windows(int context) {
            return Dataset.of(text, words, context);
        }

        @Override
        public void close() {
            text.close();
        }
    }

    /** Shards beside their tokenizer. */
    private final class Shards implements Source {
        private final Tokenizer words;

        Shards() throws IOException {
            if (tokenizer != null) throw new IllegalArgumentException("--tokenizer: token shards bring their own; tokenize again to have another");
            byte[] first = Files.readAllBytes(checked(data.getFirst()));
            for (Path p : data) {
                if (!java.util.Arrays.equals(first, Files.readAllBytes(checked(p)))) {
                    throw new DataException(p + ": tokenizer.json differs from that of " + data.getFirst() + ": shards of one tokenizer can be mixed");
                }
            }
            words = TokenizerJson.read(data.getFirst());
        }

        private static Path checked(Path folder) {
            Path file = folder.resolve("tokenizer.json");
            if (!Files.isRegularFile(file)) throw new DataException(file + " does not exist: gatun tokenize writes it beside the shards");
            return file;
        }

        @Override
        public Tokenizer tokenizer() {
            return words;
        }

        @Override
        public String name() {
            return data.stream().map(Path::toString).collect(Collectors.joining(", "));
        }

        @Override
        public String description() {
            return "token shards of " + name();
        }

        @Override
        public TokenData windows(int context) {
            List<ShardSource> sources = new ArrayList<>();
            for (int i = 0; i < data.size(); i++) sources.add(new ShardSource(data.get(i), weights.isEmpty() ? 1 : weights.get(i)));
            ShardedTokens shards = new ShardedTokens(sources, context);
            if (shards.vocabulary() != words.vocabulary()) {
                int found = shards.vocabulary();
                shards.close();
                throw new DataException(data.getFirst() + ": vocabulary: the shards have " + found + " tokens, their tokenizer.json has " + words.vocabulary());
            }
            return shards;
        }

        @Override
        public void close() {}
    }
}
