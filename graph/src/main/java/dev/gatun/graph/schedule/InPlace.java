package dev.gatun.graph.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Has fused loops write their results over what they read for the last time: the gradient of logits over the logits. A loop
 * may, when each iteration reads of the old content only the element that it stores, and no pass over a row reads it once
 * a pass has begun to store.
 */
public final class InPlace {
    private final Schedule schedule;
    private final List<Step> steps;
    private final int[] first;
    private final int[] last;

    private InPlace(Schedule schedule) {
        this.schedule = schedule;
        steps = new ArrayList<>(schedule.steps());
        first = new int[schedule.buffers().size()];
        last = new int[schedule.buffers().size()];
        Arrays.fill(first, Integer.MAX_VALUE);
        Arrays.fill(last, -1);
        for (int i = 0; i < steps.size(); i++) {
            Set<Integer> touched = new HashSet<>(StepAccess.read(steps.get(i)));
            touched.addAll(StepAccess.written(steps.get(i)));
            for (int b : touched) {
                first[b] = Math.min(first[b], i);
                last[b] = i;
            }
        }
    }

    /** The schedule with fewer temporaries in use; those that are no longer touched stay in its list. */
    public static Schedule apply(Schedule schedule) {
        InPlace all = new InPlace(schedule);
        for (int i = 0; i < all.steps.size(); i++) {
            if (all.steps.get(i) instanceof Loop) all.replace(i);
        }
        return new Schedule(schedule.name(), schedule.buffers(), all.steps, schedule.inputs(), schedule.results());
    }

    private void replace(int step) {
        for (int s = 0; s < ((Loop) steps.get(step)).body().size(); s++) {
            Loop loop = (Loop) steps.get(step);
            if (!(loop.body().get(s) instanceof Loop.Store store)) continue;
            int fresh = loop.places().get(store.place()).buffer();
            int old = replaced(loop, s, step);
            if (old < 0) continue;
            for (int i = step; i <= last[fresh]; i++) steps.set(i, Updates.renamed(steps.get(i), fresh, old));
            last[old] = last[fresh];
        }
    }

    /** The buffer that a store may overwrite; -1 for none. */
    private int replaced(Loop loop, int store, int step) {
        Place to = loop.places().get(((Loop.Store) loop.body().get(store)).place());
        boolean fresh = isWhole(to) && first[to.buffer()] == step && loop.places().stream().filter(p -> p.buffer() == to.buffer()).count() == 1;
        if (!fresh) return -1;
        for (Loop.Instr i : loop.body()) {
            if (!(i instanceof Loop.Load l)) continue;
            Place from = loop.places().get(l.place());
            boolean dies = isWhole(from) && last[from.buffer()] == step && from.dtype() == to.dtype();
            if (dies && isReadBefore(loop, from.buffer(), to, store)) return from.buffer();
        }
        return -1;
    }

    /** Whether a place is all of a temporary, in order. */
    private boolean isWhole(Place p) {
        Buffer b = schedule.buffers().get(p.buffer());
        return b.kind() == Buffer.Kind.TEMPORARY && p.isDense() && p.innerStride() == 1 && p.offset() == 0 && p.shape().elements() == b.elements();
    }

    /** Whether all that a loop has to do with a buffer is to load the stored element, no later than it stores. */
    private static boolean isReadBefore(Loop loop, int old, Place to, int store) {
        List<Loop.Instr> body = loop.body();
        for (Place p : loop.places()) {
            if (p.buffer() == old && !(p.shape().equals(to.shape()) && p.strides().equals(to.strides()) && p.offset() == to.offset())) return false;
        }
        boolean[] reads = new boolean[body.size()]; // element values that a pass computes from the old content
        int[] level = levels(loop);
        for (int i = 0; i < body.size(); i++) {
            int place = switch (body.get(i)) {
                case Loop.GatherLoad g -> g.place();
                case Loop.Store s -> s.place();
                case Loop.ColumnReduce c -> c.place();
                default -> -1;
            };
            if (place >= 0 && loop.places().get(place).buffer() == old) return false;
            int sink = -1;
            switch (body.get(i)) {
                case Loop.Load l -> reads[i] = loop.places().get(l.place()).buffer() == old;
                case Loop.Apply a -> reads[i] = a.args().stream().anyMatch(x -> reads[x]);
                case Loop.RowReduce r -> sink = r.arg();
                case Loop.Store s -> sink = s.value();
                case Loop.ColumnReduce c -> sink = c.value();
                default -> { }
            }
            if (reads[i] && body.get(i) instanceof Loop.Load && i > store) return false;
            if (sink >= 0 && reads[sink] && level[sink] > level[store]) return false;
        }
        return true;
    }

    /** For each instruction, how many reductions of a row have to come before it. */
    private static int[] levels(Loop loop) {
        List<Loop.Instr> body = loop.body();
        int[] level = new int[body.size()];
        for (int i = 0; i < level.length; i++) {
            level[i] = switch (body.get(i)) {
                case Loop.Apply a -> a.args().stream().mapToInt(x -> level[x]).max().orElse(0);
                case Loop.RowReduce r -> level[r.arg()] + 1;
                case Loop.Store s -> level[s.value()];
                case Loop.ColumnReduce c -> level[c.value()];
                case Loop.GatherLoad g -> level[g.index()];
                case Loop.Load _, Loop.Const _, Loop.Index _ -> 0;
            };
        }
        return level;
    }
}
