package dev.gatun.graph.schedule;

import java.util.LinkedHashSet;
import java.util.Set;

/** Which buffers a step reads and writes. */
public final class StepAccess {
    private StepAccess() {}

    /** Buffers that a step reads. */
    public static Set<Integer> read(Step step) {
        Set<Integer> found = new LinkedHashSet<>();
        switch (step) {
            case Call c -> c.operands().forEach(p -> found.add(p.buffer()));
            case Loop l -> {
                for (Loop.Instr i : l.body()) {
                    if (i instanceof Loop.Load load) found.add(l.places().get(load.place()).buffer());
                    if (i instanceof Loop.GatherLoad load) found.add(l.places().get(load.place()).buffer());
                }
            }
            case Together t -> t.loops().forEach(l -> found.addAll(read(l)));
            case Repeat r -> r.body().steps().forEach(s -> read(s).forEach(b -> found.add(r.bindings().get(b).buffer())));
        }
        return found;
    }

    /** Buffers that a step writes, its workspace included. */
    public static Set<Integer> written(Step step) {
        Set<Integer> found = new LinkedHashSet<>();
        switch (step) {
            case Call c -> {
                c.results().forEach(p -> found.add(p.buffer()));
                if (c.workspace() >= 0) found.add(c.workspace());
            }
            case Loop l -> {
                for (Loop.Instr i : l.body()) {
                    if (i instanceof Loop.Store s) found.add(l.places().get(s.place()).buffer());
                    if (i instanceof Loop.ColumnReduce c) found.add(l.places().get(c.place()).buffer());
                }
            }
            case Together t -> t.loops().forEach(l -> found.addAll(written(l)));
            case Repeat r -> r.body().steps().forEach(s -> written(s).forEach(b -> found.add(r.bindings().get(b).buffer())));
        }
        return found;
    }
}
