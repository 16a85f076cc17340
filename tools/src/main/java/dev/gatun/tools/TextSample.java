package dev.gatun.tools;

import dev.gatun.models.generate.Generator;
import dev.gatun.models.generate.Sampler;
import dev.gatun.models.generate.TextStream;
import dev.gatun.models.tasks.LanguageTask;
import dev.gatun.models.text.Tokenizer;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.Trainer;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What a language model that was just trained writes. */
final class TextSample {
    private static final int TOKENS = 300;
    private static final Sampler USUAL = new Sampler(0.8, 40, 0);

    private TextSample() {}

    static void print(PrintWriter out, Trainer trainer, LanguageTask task, RunFolder folder, BooleanSupplier stop) {
        Tokenizer tokens = task.tokenizer();
        int[] prompt = {tokens.encode(start(tokens))[0]};
        out.println("--- sample ---");
        TextStream stream = new TextStream(tokens, List.of(), piece -> {
            out.print(piece);
            out.flush();
        });
        Sampler sampler = USUAL.withSeed(trainer.settings().seed());
        new Generator(trainer.executable(), task.languageModel(), 1).generate(prompt, TOKENS, sampler, stream::accept, stop);
        stream.end();
        out.println();
        out.println("--------------");
        out.printf("saved in %s; more text with: gatun sample %s%n", folder.path(), folder.path());
        out.flush();
    }

    /** A line break where the vocabulary has one, else its first token. */
    private static String start(Tokenizer tokens) {
        try {
            tokens.encode("\n");
            return "\n";
        } catch (IllegalArgumentException e) {
            return tokens.decode(new int[] {0});
        }
    }
}
