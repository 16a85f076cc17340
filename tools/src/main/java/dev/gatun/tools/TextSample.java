package dev.gatun.tools;

import dev.gatun.models.tasks.LanguageTask;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.Trainer;
import java.io.PrintWriter;
import java.util.function.BooleanSupplier;

/** What a language model that was just trained writes. */
final class TextSample {
    private static final int TOKENS = 300;

    private TextSample() {}

    static void print(PrintWriter out, Trainer trainer, LanguageTask task, RunFolder folder, BooleanSupplier stop) {
        out.println("--- sample ---");
        task.write(trainer.executable(), TOKENS, trainer.settings().seed(), piece -> {
            out.print(piece);
            out.flush();
        }, stop);
        out.println();
        out.println("--------------");
        out.printf("saved in %s; more text with: gatun sample %s%n", folder.path(), folder.path());
        out.flush();
    }
}
