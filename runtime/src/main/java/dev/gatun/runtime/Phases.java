package dev.gatun.runtime;

import dev.gatun.graph.passes.Pipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import jdk.jfr.FlightRecorder;

/** Takes the times of a compilation's phases. */
final class Phases {
    /** Shorter phases are not worth a mention. */
    private static final long LEAST_NANOS = 500_000;

    private final List<CompilePhase> taken = new ArrayList<>();

    /** Runs a phase. */
    <T> T time(String function, String name, Supplier<T> phase) {
        return FlightRecorder.isInitialized() ? recorded(function, name, phase) : taken(function, name, phase);
    }

    private <T> T taken(String function, String name, Supplier<T> phase) {
        long start = System.nanoTime();
        T result = phase.get();
        taken.add(new CompilePhase(function, name, System.nanoTime() - start));
        return result;
    }

    /** Apart, since the mere mention of an event starts Flight Recorder's machinery, which takes a tenth of a second. */
    private <T> T recorded(String function, String name, Supplier<T> phase) {
        CompileEvent event = new CompileEvent();
        event.begin();
        T result = taken(function, name, phase);
        event.end();
        if (event.shouldCommit()) {
            event.function = function;
            event.phase = name;
            event.commit();
        }
        return result;
    }

    /** Runs the passes; each is a phase. */
    List<Pipeline.Stage> passes(String function, Supplier<List<Pipeline.Stage>> pipeline) {
        List<Pipeline.Stage> stages = time(function, "passes", pipeline);
        taken.removeLast();
        stages.forEach(s -> taken.add(new CompilePhase(function, s.name(), s.nanos())));
        return stages;
    }

    /** All phases so far in one line: {@code compiled train, evaluate in 812 ms: passes of train 12 ms, ..., lower 30 ms}. */
    String text(Set<String> functions) {
        double all = taken.stream().mapToLong(CompilePhase::nanos).sum() / 1e6;
        String each = taken.stream().filter(p -> p.nanos() >= LEAST_NANOS)
                .map(p -> String.format(Locale.ROOT, "%s of %s %.0f ms", p.name(), p.function(), p.nanos() / 1e6)).collect(Collectors.joining(", "));
        return String.format(Locale.ROOT, "compiled %s in %.0f ms: %s", String.join(", ", functions), all, each);
    }

    List<CompilePhase> taken() {
        return List.copyOf(taken);
    }
}
