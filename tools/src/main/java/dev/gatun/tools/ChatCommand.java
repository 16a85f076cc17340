package dev.gatun.tools;

import dev.gatun.graph.ir.Graph;
import dev.gatun.models.generate.ChatTemplate;
import dev.gatun.models.generate.ChatTemplate.Message;
import dev.gatun.models.generate.ChatTemplate.Role;
import dev.gatun.models.generate.Generator;
import dev.gatun.models.generate.Sampler;
import dev.gatun.models.generate.TextStream;
import dev.gatun.models.tasks.SavedLanguageModel;
import dev.gatun.models.train.RunFolder;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
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

/** {@code gatun chat}. */
@Command(
        name = "chat",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Talks with a language model that was trained on conversations.",
            "",
            "Reads a message from each line of standard input and prints the answer. Ends with the input (Ctrl-D).",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun chat runs/assistant --template chatml --system \"Answer in one sentence.\"",
            "  echo 'What is a tensor?' | gatun chat runs/assistant --template llama-3 --temperature 0"
        })
final class ChatCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN_DIR", description = "Folder that gatun train or finetune left.")
    private Path folder;

    @Option(
            names = "--template",
            paramLabel = "NAME",
            defaultValue = "chatml",
            description = "What the model's conversations looked like: chatml, llama-2, llama-3, mistral, gemma, alpaca or zephyr. Default: chatml.")
    private String template;

    @Option(names = "--system", paramLabel = "TEXT", description = "What the model is told before the conversation.")
    private String system;

    @Mixin
    private SamplingOptions sampling;

    @Mixin
    private DeviceOptions device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ChatTemplate chat = ChatTemplate.of(template);
        Sampler sampler = sampling.sampler();
        RunFolder run = RunFolder.open(folder);
        SavedLanguageModel saved = SavedLanguageModel.open(run);
        run.checkWeights(saved.parameters());
        try (Compiler compiler = device.compiler();
                Executable executable = compiler.compile(Generator.graphs(saved.model(), saved.parameters(), 1).toArray(Graph[]::new))) {
            run.readWeights(saved.parameters(), executable);
            talk(new Generator(executable, saved.model(), 1), saved, chat, sampler);
        }
        return 0;
    }

    private void talk(Generator generator, SavedLanguageModel saved, ChatTemplate chat, Sampler sampler) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<Message> messages = new ArrayList<>();
        if (system != null) messages.add(new Message(Role.SYSTEM, system));
        List<String> stops = new ArrayList<>(sampling.stops);
        stops.add(chat.stop());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.isBlank()) continue;
            messages.add(new Message(Role.USER, line));
            StringBuilder answer = new StringBuilder();
            TextStream stream = new TextStream(saved.tokenizer(), stops, piece -> {
                answer.append(piece);
                out.print(piece);
                out.flush();
            });
            List<int[]> prompt = List.of(chat.encode(saved.tokenizer(), messages));
            generator.generate(prompt, sampling.count, sampler, sampling.whenFull, (i, token) -> stream.accept(token), () -> false);
            stream.end();
            out.println();
            out.flush();
            messages.add(new Message(Role.ASSISTANT, answer.toString()));
        }
    }
}
