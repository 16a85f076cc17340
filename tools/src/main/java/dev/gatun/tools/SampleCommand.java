package dev.gatun.tools;

import dev.gatun.graph.ir.Graph;
import dev.gatun.models.generate.Generator;
import dev.gatun.models.generate.Sampler;
import dev.gatun.models.generate.TextStream;
import dev.gatun.models.tasks.SavedLanguageModel;
import dev.gatun.models.text.Tokenizer;
import dev.gatun.models.train.RunFolder;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        description = {
            "Lets a trained model continue a text, or several.",
            "",
            "One text is printed as it is written. Several are written at the same time, which costs little more than one, "
                    + "and each is printed when all are done; text number i draws with seed S + i.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun sample runs/gpt-baby-20260101-120000 --prompt \"public \" --tokens 500",
            "  gatun sample runs/notes --prompt \"Dear\" --temperature 0      always the likeliest token",
            "  gatun sample runs/notes --prompt \"Q: Why?\" --stop \"Q:\" --top-p 0.9 --repetition-penalty 1.1",
            "  gatun sample runs/notes --prompts lines.txt --batch 8        one prompt a line"
        })
final class SampleCommand implements Callable<Integer> {
    private static final int BATCH = 8;

    @Parameters(paramLabel = "RUN_DIR", description = "Folder that gatun train left.")
    private Path folder;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "Text to continue. May be given several times. Default: a line break.")
    private List<String> prompts = List.of();

    @Option(names = "--prompts", paramLabel = "FILE", description = "UTF-8 file with a text to continue on each line; empty lines do not count.")
    private Path promptFile;

    @Option(names = "--batch", paramLabel = "N", description = "Texts written at the same time. Default: all of them, at most 8.")
    private Integer batch;

    @Mixin
    private SamplingOptions sampling;

    @Mixin
    private DeviceOptions device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Sampler sampler = sampling.sampler();
        List<String> texts = texts();
        int slots = batch == null ? Math.min(BATCH, texts.size()) : batch;
        Flags.atLeastOne("--batch", slots);
        RunFolder run = RunFolder.open(folder);
        SavedLanguageModel saved = SavedLanguageModel.open(run);
        Tokenizer tokens = saved.tokenizer();
        List<int[]> starts = new ArrayList<>();
        for (String text : texts) {
            if (text.isEmpty()) throw new IllegalArgumentException("--prompt is empty: give at least one character");
            starts.add(tokens.encode(text));
        }
        run.checkWeights(saved.parameters());
        try (Compiler compiler = device.compiler();
                Executable executable = compiler.compile(Generator.graphs(saved.model(), saved.parameters(), slots).toArray(Graph[]::new))) {
            run.readWeights(saved.parameters(), executable);
            Generator generator = new Generator(executable, saved.model(), slots);
            if (texts.size() == 1) stream(generator, texts.getFirst(), starts, tokens, sampler);
            else collect(generator, texts, starts, tokens, sampler);
        }
        return 0;
    }

    private List<String> texts() throws IOException {
        List<String> texts = new ArrayList<>(prompts);
        if (promptFile != null) {
            if (!Files.isRegularFile(promptFile)) throw new IllegalArgumentException("--prompts: " + promptFile + " is no file");
            try {
                Files.readAllLines(promptFile).stream().filter(l -> !l.isEmpty()).forEach(texts::add);
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException("--prompts: " + promptFile + " is no UTF-8 text", e);
            }
            if (texts.isEmpty()) throw new IllegalArgumentException("--prompts: " + promptFile + " has no line with text");
        }
        return texts.isEmpty() ? List.of("\n") : texts;
    }

    private void stream(Generator generator, String text, List<int[]> starts, Tokenizer tokens, Sampler sampler) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        TextStream stream = new TextStream(tokens, sampling.stops, piece -> {
            out.print(piece);
            out.flush();
        });
        generator.generate(starts, sampling.count, sampler, sampling.whenFull, (i, token) -> stream.accept(token), () -> false);
        stream.end();
        out.println();
        out.flush();
    }

    private void collect(Generator generator, List<String> texts, List<int[]> starts, Tokenizer tokens, Sampler sampler) {
        PrintWriter out = spec.commandLine().getOut();
        List<StringBuilder> written = texts.stream().map(StringBuilder::new).toList();
        List<TextStream> streams = written.stream().map(w -> new TextStream(tokens, sampling.stops, w::append)).toList();
        generator.generate(starts, sampling.count, sampler, sampling.whenFull, (i, token) -> streams.get(i).accept(token), () -> false);
        streams.forEach(TextStream::end);
        for (int i = 0; i < written.size(); i++) {
            out.printf("--- %d ---%n", i + 1);
            out.println(written.get(i));
        }
        out.flush();
    }
}
