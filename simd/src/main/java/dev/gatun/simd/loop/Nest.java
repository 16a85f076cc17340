package dev.gatun.simd.loop;

import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Loop.GatherLoad;
import dev.gatun.graph.schedule.Loop.Index;
import dev.gatun.graph.schedule.Loop.Instr;
import dev.gatun.graph.schedule.Loop.Load;
import dev.gatun.graph.schedule.Loop.Store;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.types.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * A loop's outer dimensions, with those merged that all operands step through alike, and what each operand adds to
 * its address for a step in each of them.
 *
 * <p>A task whose rows follow each other without a gap in every operand is one long row ({@link #isFlat()}).
 */
final class Nest {
    /** Something that moves with the loop's indices: a place, or the value of an {@link Index}. */
    record Walker(int place, int instruction, long innerStep, long[] steps) {}

    private final Loop loop;
    private final int lanes;
    private final List<Integer> sizes = new ArrayList<>();
    private final List<Walker> walkers = new ArrayList<>();
    private final boolean flat;

    Nest(Loop loop, PassPlan plan, int lanes) {
        this.loop = loop;
        this.lanes = lanes;
        List<List<Long>> strides = new ArrayList<>();
        List<int[]> who = new ArrayList<>();
        boolean[] walks = new boolean[loop.places().size()];
        for (int i = 0; i < loop.body().size(); i++) {
            int place = placeOf(loop.body().get(i));
            if (loop.body().get(i) instanceof Index x) {
                strides.add(x.strides());
                who.add(new int[] {-1, i});
            } else if (place >= 0 && !walks[place]) {
                walks[place] = true;
                strides.add(loop.places().get(place).strides());
                who.add(new int[] {place, -1});
            }
        }
        List<List<Long>> merged = merge(strides);
        for (int k = 0; k < strides.size(); k++) {
            long[] steps = merged.get(k).stream().mapToLong(Long::longValue).toArray();
            walkers.add(new Walker(who.get(k)[0], who.get(k)[1], strides.get(k).getLast(), steps));
        }
        flat = flattens(plan);
    }

    private static int placeOf(Instr x) {
        return switch (x) {
            case Load l -> l.place();
            case GatherLoad g -> g.place();
            case Store s -> s.place();
            default -> -1;
        };
    }

    /** Merges outer dimensions; returns each walker's steps in those that are left. */
    private List<List<Long>> merge(List<List<Long>> strides) {
        List<List<Long>> out = new ArrayList<>();
        for (int k = 0; k < strides.size(); k++) out.add(new ArrayList<>());
        for (int d = 0; d < loop.domain().rank() - 1; d++) {
            int size = loop.domain().dim(d);
            if (size == 1) continue;
            boolean joins = !sizes.isEmpty();
            for (int k = 0; joins && k < strides.size(); k++) {
                joins = out.get(k).getLast() == strides.get(k).get(d) * size;
            }
            if (joins) {
                sizes.set(sizes.size() - 1, sizes.getLast() * size);
            } else {
                sizes.add(size);
            }
            for (int k = 0; k < strides.size(); k++) {
                if (joins) out.get(k).removeLast();
                out.get(k).add(strides.get(k).get(d));
            }
        }
        return out;
    }

    private boolean flattens(PassPlan plan) {
        boolean worth = loop.rowsPerTask() > 1 && loop.rows() > 1 && sizes.size() == 1;
        if (!worth || plan.reduces() || (long) loop.rowsPerTask() * loop.inner() > 1 << 29) return false;
        for (int i = 0; i < loop.body().size(); i++) {
            Instr x = loop.body().get(i);
            if (x instanceof GatherLoad || x instanceof Store s && plan.isRowStore(s)) return false;
            if (plan.isRow(i) && !plan.isInvariant(i)) return false;
        }
        for (Walker w : walkers) {
            boolean still = w.innerStep() == 0 && w.steps()[0] == 0;
            boolean dense = w.innerStep() != 0 && w.steps()[0] == w.innerStep() * loop.inner();
            if (!still && !dense) return false;
            if (w.place() >= 0 && !still && isStaged(w.place())) return false;
        }
        return true;
    }

    /** Sizes of the outer dimensions left. */
    List<Integer> sizes() {
        return sizes;
    }

    List<Walker> walkers() {
        return walkers;
    }

    /** Whether a task is one long row. */
    boolean isFlat() {
        return flat;
    }

    /** Whether a row's length is known only when it comes up. */
    boolean isRagged() {
        return flat || loop.lastInner() != loop.inner();
    }

    /** Whether vectors cannot read or write a place, so that its rows pass through a dense scratch row. */
    boolean isStaged(int place) {
        Place p = loop.places().get(place);
        if (p.innerStride() == 0) return false;
        return p.innerStride() != 1 && loop.inner() != 1 || p.dtype() == DType.BOOL && lanes == 4;
    }

    /** Whether some row is not a whole number of vectors. */
    boolean hasTail() {
        int rest = loop.inner() % lanes;
        return flat || rest != 0 || loop.lastInner() % lanes != 0;
    }
}
