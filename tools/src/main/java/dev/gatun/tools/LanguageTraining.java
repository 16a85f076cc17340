package dev.gatun.tools;

import dev.gatun.models.data.TokenData;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.tasks.LanguageTask;
import dev.gatun.models.text.Tokenizer;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.Trainer;
import dev.gatun.models.train.TrainingSettings;
import dev.gatun.runtime.Compiler;
import java.io.PrintWriter;
import java.util.function.IntFunction;

/** What {@code gatun train gpt} and {@code gatun train lstm} do once the model's sizes are known. */
record LanguageTraining(TextDataOptions text, TrainingFlags flags) {
    /** How a kind of model is trained where no flag says otherwise, and what the default folder is called. */
    record Defaults(String folder, TrainingDefaults training) {}

    /**
     * Trains and lets the model write a sample; returns the exit code.
     *
     * @param rows sequences in a batch
     * @param model by the size of the vocabulary
     * @param description of the model's sizes, for the banner
     */
    <M extends Record & LanguageModel> int train(Defaults defaults, int rows, IntFunction<M> model, String description) throws Exception {
        flags.training().check();
        flags.device().check();
        text.check();
        try (TextDataOptions.Source source = text.open(); Compiler compiler = flags.device().compiler()) {
            Tokenizer tokens = source.tokenizer();
            M made = model.apply(tokens.vocabulary());
            try (TokenData dataset = source.windows(made.context())) {
                LanguageTask task = LanguageTask.of(made, tokens, dataset, source.name(), rows);
                TrainingSettings settings = flags.training().settings(task, defaults.training);
                PrintWriter w = flags.spec().commandLine().getOut();
                if (flags.training().finds()) {
                    banner(compiler, source, dataset, description, task, settings);
                    return RateCurve.print(w, compiler, task, settings);
                }
                RunFolder resumed = flags.run().resumed();
                RunFolder folder = resumed != null ? resumed : flags.run().create(defaults.folder);
                banner(compiler, source, dataset, description, task, settings);
                w.printf("output   %s%n", folder.path());
                try (Trainer trainer = new Trainer(compiler, task, settings)) {
                    if (resumed != null) {
                        dataset.resume(folder.path());
                        folder.resume(trainer);
                    } else {
                        folder.begin(trainer, RunOptions.given(flags.spec()));
                    }
                    return new TrainingRun(w, flags.spec().commandLine().getErr(), trainer, folder, flags.run())
                            .run(stop -> TextSample.print(w, trainer, task, folder, stop));
                }
            }
        }
    }

    private void banner(Compiler compiler, TextDataOptions.Source source, TokenData dataset, String description, LanguageTask task,
            TrainingSettings s) {
        PrintWriter w = flags.spec().commandLine().getOut();
        w.printf("%s%n", compiler.banner());
        w.printf("data     %s, %s tokenizer with %,d tokens%n", source.description(), source.tokenizer().kind(), source.tokenizer().vocabulary());
        w.printf("         %,d tokens to train on, %,d to validate with%n", dataset.train().length(), dataset.validation().length());
        w.printf("model    %s%n", description);
        w.printf("training %,d steps of %s%d x %d tokens, seed %d%n", s.steps(), s.parts() > 1 ? s.parts() + " x " : "", task.batch(),
                task.languageModel().context(), s.seed());
        w.flush();
    }
}
