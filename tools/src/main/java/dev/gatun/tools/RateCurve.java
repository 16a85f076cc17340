package dev.gatun.tools;

import dev.gatun.models.train.LearningRateFinder;
import dev.gatun.models.train.Task;
import dev.gatun.models.train.Trainer;
import dev.gatun.models.train.TrainingSettings;
import dev.gatun.runtime.Compiler;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** The search for a learning rate on the command line: loss by rate, drawn in characters, and a suggestion. */
final class RateCurve {
    private static final double FROM = 1e-6;
    private static final double TO = 1;
    private static final int STEPS = 100;
    private static final int LINES = 25;
    private static final int WIDTH = 50;

    private RateCurve() {}

    static int print(PrintWriter out, Compiler compiler, Task task, TrainingSettings settings) {
        LearningRateFinder.Found found;
        try (Trainer trainer = new Trainer(compiler, task, settings)) {
            found = LearningRateFinder.find(trainer, FROM, TO, STEPS);
        }
        List<LearningRateFinder.Point> points = found.points();
        double least = points.stream().mapToDouble(LearningRateFinder.Point::loss).min().orElseThrow();
        double most = points.stream().mapToDouble(LearningRateFinder.Point::loss).max().orElseThrow();
        out.printf("%n%12s %9s%n", "rate", "loss");
        int every = Math.max(1, points.size() / LINES);
        for (int i = 0; i < points.size(); i++) {
            LearningRateFinder.Point p = points.get(i);
            boolean chosen = p.rate() == found.suggestion();
            if (i % every != 0 && !chosen) continue;
            int bar = (int) Math.round(WIDTH * (p.loss() - least) / Math.max(most - least, 1e-12));
            out.println(String.format(Locale.ROOT, "%12.2e %9.4f  %s%s", p.rate(), p.loss(), "#".repeat(bar),
                    chosen ? (bar == 0 ? "" : " ") + "<- falls the fastest" : "").stripTrailing());
        }
        out.printf(Locale.ROOT, "%nsuggestion: --learning-rate %.1e%n", found.suggestion());
        out.flush();
        return 0;
    }
}
