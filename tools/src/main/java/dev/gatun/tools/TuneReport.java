package dev.gatun.tools;

import dev.gatun.models.search.Goal;
import dev.gatun.models.search.Search;
import dev.gatun.models.search.SearchException;
import dev.gatun.models.search.SearchListener;
import dev.gatun.models.search.Stage;
import dev.gatun.models.search.Trial;
import dev.gatun.models.search.TrialTable;
import dev.gatun.models.train.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a search shows: a line that redraws itself on a terminal, a line for each stage that ends, a table at the end. */
final class TuneReport implements SearchListener {
    private static final long REDRAW_NANOS = 200_000_000;

    private final PrintWriter out;
    private final boolean terminal;
    private final Search search;
    private final TuneFolder folder;
    private final TrialFlags flags;
    private final String metric;
    private final int trials;
    private final long start = System.nanoTime();
    private final Map<Integer, String> running = new TreeMap<>();
    private long drawn;
    private String best = "";

    /**
     * A report.
     *
     * @param metric that is the objective
     * @param trials at most
     */
    TuneReport(PrintWriter out, boolean terminal, Search search, TuneFolder folder, TrialFlags flags, String metric, int trials) {
        this.out = out;
        this.terminal = terminal;
        this.search = search;
        this.folder = folder;
        this.flags = flags;
        this.metric = metric;
        this.trials = trials;
    }

    @Override
    public synchronized void began(Stage stage) {
        running.put(stage.number(), "trial " + stage.number());
    }

    /** A step of a trial. */
    synchronized void stepped(Stage stage, Progress p) {
        running.put(stage.number(), String.format(Locale.ROOT, "trial %d step %,d/%,d loss %.4f", stage.number(), p.step(), p.steps(), p.loss()));
        long now = System.nanoTime();
        if (!terminal || now - drawn < REDRAW_NANOS) return;
        drawn = now;
        out.print("\r\u001b[K" + String.join("  ", running.values()) + best + "  " + clock((now - start) / 1_000_000_000));
        out.flush();
    }

    @Override
    public synchronized void ended(Trial t) {
        running.remove(t.number());
        Trial leader = search.best().orElse(t);
        best = leader.measured() ? String.format(Locale.ROOT, "  best %s %.4f (trial %d)", metric, leader.last().value(), leader.number()) : "";
        String settings = t.point().values().entrySet().stream().map(v -> v.getKey() + "=" + v.getValue()).collect(Collectors.joining(" "));
        String came = t.status() == Trial.Status.FAILED ? "failed: " + t.failure() : String.format(Locale.ROOT, "%s %.4f  step %,d  %.1f s%s", metric,
                t.last().value(), t.last().steps(), t.last().seconds(), leader.number() == t.number() ? "  best so far" : "");
        if (terminal) out.print("\r\u001b[K");
        out.printf("trial %d of %d  %s  %s%n", t.number(), trials, settings, came);
        out.flush();
        write();
    }

    private void write() {
        try {
            folder.write(new TrialTable(metric, flags.space(), search.ranking()));
        } catch (IOException e) {
            throw new SearchException(folder.path() + ": the table cannot be written: " + e.getMessage() + "; make room, then resume", e);
        }
    }

    private static String clock(long seconds) {
        return String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    /** The table, and the command of the best trial. */
    void finish(Goal goal) {
        write();
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("trial"));
        flags.space().dimensions().forEach(d -> head.add(d.name()));
        head.addAll(List.of(metric, "steps", "seconds", "status"));
        rows.add(head);
        for (Trial t : search.ranking()) {
            List<String> row = new ArrayList<>(List.of("" + t.number()));
            row.addAll(t.point().values().values());
            row.add(t.measured() ? String.format(Locale.ROOT, "%.6g", t.last().value()) : "");
            row.add(t.measured() ? String.format(Locale.ROOT, "%,d", t.last().steps()) : "");
            row.add(t.measured() ? String.format(Locale.ROOT, "%.1f", t.last().seconds()) : "");
            row.add(t.status().name().toLowerCase(Locale.ROOT) + (t.failure().isEmpty() ? "" : ": " + t.failure()));
            rows.add(row);
        }
        if (terminal) out.print("\r\u001b[K");
        out.println();
        print(rows);
        search.best().ifPresent(b -> out.printf(Locale.ROOT, "%nbest %s %.6g, the %s: trial %d in %s%n%s%n", metric, b.last().value(),
                goal == Goal.MINIMIZE ? "smallest" : "largest", b.number(), folder.trial(b.number()), flags.line(b.point())));
        out.flush();
    }

    private void print(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) for (int c = 0; c < columns; c++) widths[c] = Math.max(widths[c], row.get(c).length());
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns - 1; c++) line.append(" ".repeat(widths[c] - row.get(c).length())).append(row.get(c)).append("  ");
            out.println(line.append(row.getLast()));
        }
    }
}
