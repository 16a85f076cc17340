package dev.gatun.models.train;

import dev.gatun.models.data.Dataset;
import dev.gatun.models.data.Text;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.LearningRate;
import dev.gatun.models.tasks.LanguageTask;
import dev.gatun.models.text.CharTokenizer;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A program that resumes a run, or starts it, and saves a checkpoint after every step, saying so, until its steps are
 * done or somebody kills it.
 */
final class KilledRun {
    static final int KEEP = 2;

    private KilledRun() {}

    /** A tiny run. */
    static final class Tiny implements AutoCloseable {
        final Text text = Text.of("verse", "the quick brown fox jumps over the lazy dog. ".repeat(20));
        final CharTokenizer tokens = text.charTokenizer();
        final Dataset data = Dataset.of(text, tokens, 8);
        final Compiler compiler = new Compiler(Backend.REFERENCE, 1);
        final Trainer trainer = new Trainer(compiler,
                LanguageTask.of(Gpt.of(new GptConfig(tokens.vocabulary(), 8, 1, 1, 8, GptConfig.Positions.LEARNED, 0.1)), tokens, data, "verse", 1),
                new TrainingSettings(1_000_000, new LearningRate.Constant(1e-3), AdamW.standard(), 1, 5, 1_000_000, 1));

        @Override
        public void close() {
            trainer.close();
            compiler.close();
            data.close();
            text.close();
        }
    }

    public static void main(String[] args) throws IOException {
        Path path = Path.of(args[0]);
        long steps = Long.parseLong(args[1]);
        try (Tiny tiny = new Tiny()) {
            RunFolder folder = RunFolder.isRun(path) ? RunFolder.open(path) : RunFolder.create(path, false);
            folder.resume(tiny.trainer);
            while (tiny.trainer.step() < steps) {
                tiny.trainer.train();
                folder.save(tiny.trainer, KEEP);
                System.out.println(tiny.trainer.step());
                System.out.flush();
            }
        }
    }
}
