package dev.gatun.tools;

import dev.gatun.graph.ir.Graph;
import dev.gatun.models.generate.Generator;
import dev.gatun.models.generate.Sampler;
import dev.gatun.models.tasks.SavedLanguageModel;
import dev.gatun.models.text.Tokenizer;
import dev.gatun.models.train.RunFolder;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun sample}. */
@Command(
        name = "sample",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Lets a trained model continue a text.%n",
        footer = {
            "",
            "Examples:",
            "  gatun sample runs/gpt-baby-20260101-120000 --prompt \"public \" --tokens 500",
            "  gatun sample runs/notes --prompt \"Dear\" --temperature 0      always the likeliest token"
        })
final class SampleCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN_DIR", description = "Folder that gatun train left.")
    private Path folder;

    @Option(names = "--prompt", paramLabel = "TEXT", defaultValue = "\n", description = "Text to continue. Default: a line break.")
    private String prompt;

    @Option(names = "--tokens", paramLabel = "N", defaultValue = "400", description = "Tokens to write. Default: 400.")
    private int count;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            defaultValue = "0.8",
            description = "Below 1 favours likely tokens, 0 takes the likeliest. Default: 0.8.")
    private double temperature;

    @Option(names = "--top-k", paramLabel = "K", defaultValue = "40", description = "Only the K likeliest tokens; 0 for all. Default: 40.")
    private int topK;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Same seed, same text. Default: 1.")
    private long seed;

    @Mixin
    private DeviceOptions device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Flags.atLeastOne("--tokens", count);
        Sampler sampler = new Sampler(temperature, topK, seed);
        RunFolder run = RunFolder.open(folder);
        SavedLanguageModel saved = SavedLanguageModel.open(run);
        Tokenizer tokens = saved.tokenizer();
        int[] start = tokens.encode(prompt);
        if (start.length == 0) throw new IllegalArgumentException("--prompt is empty: give at least one character");
        run.checkWeights(saved.parameters());
        try (Compiler compiler = device.compiler();
                Executable executable = compiler.compile(Generator.graphs(saved.model(), saved.parameters(), 1).toArray(Graph[]::new))) {
            run.readWeights(saved.parameters(), executable);
            PrintWriter out = spec.commandLine().getOut();
            out.print(prompt);
            TokenPrinter printer = new TokenPrinter(out, tokens);
            new Generator(executable, saved.model(), 1).generate(start, count, sampler, printer, () -> false);
            printer.end();
        }
        return 0;
    }
}
