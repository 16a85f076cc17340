package dev.gatun.simd.loop;

import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Loop.GatherLoad;
import dev.gatun.graph.schedule.Loop.Index;
import dev.gatun.graph.schedule.Loop.Instr;
import dev.gatun.graph.schedule.Loop.Load;
import dev.gatun.graph.schedule.Loop.Store;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
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

    /** Elements that the code of a loop of one row is written for, whatever the row's length. */
    private static final int ONE_ROW = 8192;

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
        if (sizes.size() > 1 || plan.reduces() || (long) loop.rowsPerTask() * loop.inner() > 1 << 29) return false;
        for (int i = 0; i < loop.body().size(); i++) {
            Instr x = loop.body().get(i);
            if (x instanceof GatherLoad || x instanceof Store s && loop.places().get(s.place()).innerStride() == 0) return false;
            if (plan.isRow(i) && !plan.isInvariant(i)) return false;
        }
        for (Walker w : walkers) {
            long step = sizes.isEmpty() ? w.innerStep() * loop.inner() : w.steps()[0];
            if (step != w.innerStep() * loop.inner()) return false;
            boolean still = w.innerStep() == 0;
            if (w.place() >= 0 && !still && (w.innerStep() != 1 || isStaged(w.place()))) return false;
        }
        return true;
    }

    /**
     * The loop with all taken out that its code does not depend on: labels, buffers, offsets, how its outer dimensions
     * were written, and the outermost size, which says only how many tasks there are. Flat loops lose their row length
     * too, and so does a loop of one row. Loops with the same canonical form share one program.
     */
    Loop canonical() {
        boolean one = sizes.isEmpty() && loop.inner() > 1 && loop.inner() <= ONE_ROW && !sumsColumns();
        int inner = flat || one ? ONE_ROW : loop.inner();
        List<Integer> dims = new ArrayList<>(flat ? List.of() : sizes);
        if (!dims.isEmpty()) dims.set(0, 2);
        dims.add(inner);
        long[][] placeSteps = new long[loop.places().size()][dims.size()];
        List<Instr> body = new ArrayList<>(loop.body());
        for (Walker w : walkers) {
            long[] steps = flat ? new long[1] : Arrays.copyOf(w.steps(), dims.size());
            steps[dims.size() - 1] = w.innerStep();
            if (w.place() >= 0) placeSteps[w.place()] = steps;
            else body.set(w.instruction(), new Loop.Index(Arrays.stream(steps).boxed().toList()));
        }
        List<Place> places = new ArrayList<>();
        for (int k = 0; k < placeSteps.length; k++) {
            Place p = loop.places().get(k);
            boolean columns = columnPlace(k);
            places.add(new Place(0, p.dtype(), columns ? new Shape(List.of(1, inner)) : new Shape(dims), 0,
                    columns ? p.strides() : Arrays.stream(placeSteps[k]).boxed().toList()));
        }
        boolean ragged = flat || one || loop.lastInner() != loop.inner();
        return new Loop("", "", new Shape(dims), ragged ? 1 : inner, 1, places, body);
    }

    private boolean sumsColumns() {
        return loop.body().stream().anyMatch(x -> x instanceof Loop.ColumnReduce);
    }

    private boolean columnPlace(int place) {
        return loop.body().stream().anyMatch(x -> x instanceof Loop.ColumnReduce c && c.place() == place);
    }

    /** Sizes of the outer dimensions left. */
    List<Integer> sizes() {
        return sizes;
    }

    int lanes() {
        return lanes;
    }

    List<Walker> walkers() {
        return walkers;
    }

    /** Whether a task is one long row, of any length. */
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
