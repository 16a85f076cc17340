package dev.gatun.tools;

import dev.gatun.models.train.Progress;
import dev.gatun.models.train.Validation;
import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;

/** Progress of a run: a bar that redraws itself on a terminal, plain lines elsewhere. */
final class ProgressLine implements Consumer<Progress>, AutoCloseable {
    private static final int BAR = 24;
    private static final int LINES = 20;
    private static final long REDRAW_NANOS = 100_000_000;

    private final PrintWriter out;
    private final boolean terminal;
    private long drawn;
    private boolean open;

    ProgressLine(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    static ProgressLine of(PrintWriter out) {
        Console console = System.console();
        return new ProgressLine(out, console != null && console.isTerminal());
    }

    @Override
    public void accept(Progress p) {
        if (!terminal) {
            long every = Math.max(1, p.steps() / LINES);
            if (p.step() == 1 || p.step() % every == 0 || p.step() == p.steps() || p.validated()) {
                out.println(text(p));
                out.flush();
            }
            return;
        }
        if (p.validated()) {
            out.print("\r\u001b[K" + text(p) + System.lineSeparator());
            open = false;
        }
        long now = System.nanoTime();
        if (now - drawn < REDRAW_NANOS) return;
        drawn = now;
        out.print("\r\u001b[K" + bar(p) + " " + text(p));
        out.flush();
        open = true;
    }

    private static String bar(Progress p) {
        int done = (int) (BAR * p.step() / p.steps());
        return "[" + "#".repeat(done) + ".".repeat(BAR - done) + "]";
    }

    private static String text(Progress p) {
        StringBuilder validation = new StringBuilder(); // the loss goes by the name validation, others by their own
        p.validation().forEach((name, value) -> validation.append(String.format(Locale.ROOT, "  %s %.4f",
                name.equals(Validation.LOSS) ? "validation" : name, value)));
        return String.format(Locale.ROOT, "step %,d/%,d  loss %.4f%s  %,.0f %ss/s  %s left", p.step(), p.steps(), p.loss(),
                validation, p.throughput(), p.unit(), left(p));
    }

    private static String left(Progress p) {
        long seconds = Math.round(p.seconds() / p.step() * (p.steps() - p.step()));
        return seconds >= 3600
                ? String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
    }

    @Override
    public void close() {
        if (open) out.println();
        out.flush();
    }
}
