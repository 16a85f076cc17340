package dev.gatun.models.search;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that searches and is killed: says each trial that it begins and each that is in the journal. */
final class KilledSearch {
    static final int TRIALS = 60;

    private KilledSearch() {}

    static SearchSettings settings() {
        return new SearchSettings(SearchSpace.of(Range.logarithmic("rate", 1e-4, 1), Range.whole("layers", 1, 6)), new TpeSampler(5, 8), Goal.MINIMIZE, TRIALS);
    }

    static Objective.Measured measured(Stage s) {
        double rate = Math.log10(s.point().real("rate")) + 2;
        return new Objective.Measured(rate * rate + Math.abs(s.point().whole("layers") - 4), Map.of(), 1);
    }

    /** Searches by the journal in the first argument. */
    public static void main(String[] args) throws Exception {
        try (Search s = Search.in(Path.of(args[0]), settings(), List.of())) {
            s.run(stage -> {
                TimeUnit.MILLISECONDS.sleep(2);
                return measured(stage);
            }, 1, new SearchListener() {
                @Override
                public void began(Stage stage) {
                    System.out.println("began " + stage.number());
                }

                @Override
                public void ended(Trial trial) {
                    System.out.println("ended " + trial.number());
                }
            });
            System.out.println("done");
        }
    }
}
