package dev.gatun.tools;

import dev.gatun.models.data.documents.Documents;
import dev.gatun.models.text.BpeTrainer;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.WordPattern;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun tokenizer train}. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {"Makes a byte-level BPE vocabulary from text, and writes it as tokenizer.json.", ""},
        footer = {
            "",
            "Examples:",
            "  gatun tokenizer train --vocabulary 32000 --data corpus/ --out tokenizer.json",
            "  gatun train gpt --data book.txt --tokenizer tokenizer.json"
        })
final class TokenizerTrainCommand implements Callable<Integer> {
    @Mixin
    private DocumentOptions documents;

    @Option(names = "--vocabulary", required = true, paramLabel = "N", description = "Tokens to reach, special tokens and 256 bytes included.")
    private int vocabulary;

    @Option(
            names = "--words",
            paramLabel = "PATTERN",
            defaultValue = "llama3",
            description = "How text is cut into words: gpt2, llama3, qwen2 or o200k. Default: llama3.")
    private WordPattern words;

    @Option(
            names = "--special",
            paramLabel = "TOKEN",
            defaultValue = "<|endoftext|>",
            split = ",",
            description = "Special tokens, numbered from 0. Default: <|endoftext|>.")
    private List<String> special;

    @Option(names = "--min-frequency", paramLabel = "N", defaultValue = "2", description = "Pairs that are rarer are left alone. Default: 2.")
    private int minFrequency;

    @Option(names = "--threads", paramLabel = "N", description = "Threads; they do not change the result. Default: one for each core.")
    private Integer threads;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "File to write, tokenizer.json.")
    private Path out;

    @Option(names = "--overwrite", description = "Allow --out to name a file that exists.")
    private boolean overwrite;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Flags.atLeastOne("--min-frequency", minFrequency);
        int workers = GptOptions.chosen("--threads", threads, Runtime.getRuntime().availableProcessors());
        BpeTrainer trainer = new BpeTrainer(vocabulary, words, special, minFrequency, workers);
        if (Files.isDirectory(out)) throw new IllegalArgumentException("--out " + out + " is a folder: name a file, tokenizer.json in it for example");
        if (Files.exists(out) && !overwrite) throw new IllegalArgumentException("--out " + out + " exists: choose another file, or allow --overwrite");
        Path folder = out.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) throw new IllegalArgumentException("--out: the folder " + folder + " does not exist");
        Documents all = documents.open();
        SubwordTokenizer t = trainer.train(all.texts());
        t.write(out);
        PrintWriter w = spec.commandLine().getOut();
        w.printf(Locale.ROOT, "trained  %,d tokens from %,d file%s%s%n", t.vocabulary(), all.files(), all.files() == 1 ? "" : "s",
                t.vocabulary() < vocabulary ? ": the text has no more pairs that are frequent enough" : "");
        DocumentOptions.printMissing(w, all);
        w.printf("output   %s%n", out);
        w.flush();
        return 0;
    }
}
