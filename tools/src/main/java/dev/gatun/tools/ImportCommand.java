package dev.gatun.tools;

import dev.gatun.models.formats.ForeignModel;
import dev.gatun.models.tasks.Interchange;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.Tokenizer;
import dev.gatun.models.train.RunFolder;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun import}. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Makes a run folder from a model that others trained.",
            "",
            "Reads Hugging Face folders (config.json, model.safetensors or its shards, tokenizer.json) of GPT-2, Llama and "
                    + "BERT models, and GGUF files (f32, f16, bf16, q8_0, q4_0) of GPT-2 and Llama models. Weights become f32.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun import models/gpt2 --out runs/gpt2",
            "  gatun import small-llama-q8_0.gguf --context 2048 --out runs/llama",
            "  gatun sample runs/gpt2 --prompt \"Once\""
        })
final class ImportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER|GGUF", description = "A Hugging Face folder or a GGUF file.")
    private Path model;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Run folder, new or empty.")
    private Path out;

    @Option(names = "--context", paramLabel = "N", description = "Longest sequence, for models with rotary positions. Default: the model's.")
    private Integer context;

    @Option(names = "--tokenizer", paramLabel = "FILE", description = "The model's tokenizer.json. Default: the one that it brings.")
    private Path tokenizer;

    @Option(names = "--overwrite", description = "Allow --out to name the folder of an earlier run, which is replaced.")
    private boolean overwrite;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (context != null) Flags.atLeastOne("--context", context);
        Optional<Tokenizer> words = Optional.empty();
        if (tokenizer != null) {
            if (!Files.isRegularFile(tokenizer)) throw new IllegalArgumentException("--tokenizer " + tokenizer + " does not exist");
            words = Optional.of(SubwordTokenizer.read(tokenizer));
        }
        try (ForeignModel foreign = ForeignModel.open(model, context == null ? 0 : context)) {
            if (words.isEmpty()) words = foreign.tokenizer().map(t -> t); // broken ones are found before a folder is made
            RunFolder run = RunFolder.create(out, overwrite);
            Interchange.importModel(foreign, words, run);
            PrintWriter w = spec.commandLine().getOut();
            w.printf("imported %s: %s, %,d parameters%n", model, foreign.family(), foreign.parameters().elements());
            w.printf("output   %s%n", run.path());
            w.flush();
        }
        return 0;
    }
}
