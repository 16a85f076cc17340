package dev.gatun.tools;

import dev.gatun.models.generate.Generator;
import dev.gatun.models.generate.Sampler;
import dev.gatun.models.text.Tokenizer;
import dev.gatun.models.train.Metrics;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.Trainer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** One training run on the command line: progress, checkpoint at the end or on Ctrl-C, validation and a sample. */
final class TrainingRun {
    private static final int INTERRUPTED = 130;
    private static final int SAMPLE = 300;
    private static final int FINAL_BATCHES = 200;
    private static final long SAVE_SECONDS = 120;

    private final PrintWriter out;
    private final PrintWriter err;
    private final Trainer trainer;
    private final RunFolder folder;
    private final Tokenizer tokens;
    private final String data;
    private final AtomicBoolean stop = new AtomicBoolean();
    private final CountDownLatch saved = new CountDownLatch(1);

    TrainingRun(PrintWriter out, PrintWriter err, Trainer trainer, RunFolder folder, Tokenizer tokens, String data) {
        this.out = out;
        this.err = err;
        this.trainer = trainer;
        this.folder = folder;
        this.tokens = tokens;
        this.data = data;
    }

    /** Ends the run after the step under way. */
    void stop() {
        stop.set(true);
    }

    int run() throws IOException {
        out.printf(Locale.ROOT, "memory   %.1f MiB for %,d parameters, their optimizer state and all activations%n",
                trainer.executable().arenaBytes() / 1048576.0, trainer.parameters().elements());
        out.flush();
        Thread hook = new Thread(this::interrupted, "gatun-interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return train();
        } finally {
            saved.countDown();
            if (!stop.get()) Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    /** Runs when the JVM is told to end: waits for the step under way and its checkpoint. */
    private void interrupted() {
        stop();
        try {
            saved.await(SAVE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int train() throws IOException {
        String title = "gpt, " + String.format(Locale.ROOT, "%,d", trainer.parameters().elements()) + " parameters";
        try (Metrics metrics = new Metrics(folder); ProgressLine line = ProgressLine.of(out)) {
            trainer.run(p -> {
                metrics.accept(p);
                line.accept(p);
            }, stop::get);
            metrics.draw(title);
        }
        folder.save(trainer, tokens, data);
        if (stop.get()) {
            err.printf("gatun: interrupted: checkpoint of step %,d saved in %s%n", trainer.step(), folder.path());
            err.flush();
            return INTERRUPTED;
        }
        int batches = trainer.validationBatches(FINAL_BATCHES);
        out.printf(Locale.ROOT, "validation loss %.4f over %,d windows%n", trainer.validate(batches),
                (long) batches * trainer.settings().batch());
        sample();
        out.printf("saved in %s; more text with: gatun sample %s%n", folder.path(), folder.path());
        out.flush();
        return 0;
    }

    private void sample() {
        int[] prompt = {tokens.encode(start())[0]};
        out.println("--- sample ---");
        TokenPrinter printer = new TokenPrinter(out, tokens);
        new Generator(trainer.executable(), trainer.model())
                .generate(prompt, SAMPLE, new Sampler(0.8, 40, trainer.settings().seed()), printer, stop::get);
        printer.end();
        out.println("--------------");
    }

    /** A line break where the vocabulary has one, else its first token. */
    private String start() {
        try {
            tokens.encode("\n");
            return "\n";
        } catch (IllegalArgumentException e) {
            return tokens.decode(new int[] {0});
        }
    }
}
