package dev.gatun.graph.plan;

import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Motion;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.schedule.Repeat;
import dev.gatun.graph.schedule.Step;
import dev.gatun.graph.schedule.StepAccess;
import dev.gatun.graph.schedule.Together;
import dev.gatun.graph.types.TensorType;
import dev.gatun.graph.types.TypeException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks a plan that comes from outside: buffers lie inside the arena, every element that a step touches inside its
 * buffer, and calls obey their op's type rule.
 */
final class PlanCheck {
    private static final long LARGEST = 1L << 46;

    private final List<Buffer> buffers;
    private final String path;

    private PlanCheck(List<Buffer> buffers, String path) {
        this.buffers = buffers;
        this.path = path;
    }

    static void check(ExecutionPlan plan) {
        String name = "plan " + plan.name();
        if (!(plan.arenaBytes() >= 0 && plan.arenaBytes() <= LARGEST)) {
            throw broken(name, "an arena of " + plan.arenaBytes() + " bytes");
        }
        for (Buffer b : plan.buffers()) {
            long at = plan.offset(b.id());
            size(b, name);
            if (!(at >= 0 && at % MemoryPlan.ALIGNMENT == 0)) {
                throw broken(name, "buffer " + b.id() + " lies at " + at + ", no multiple of " + MemoryPlan.ALIGNMENT);
            }
            if (!(at + b.bytes() <= plan.arenaBytes())) {
                throw broken(name, "buffer " + b.id() + " ends at " + (at + b.bytes()) + ", the arena at " + plan.arenaBytes());
            }
        }
        PlanCheck c = new PlanCheck(plan.buffers(), name);
        c.names(plan.inputs());
        c.names(plan.results());
        c.steps(plan.steps());
    }

    private static void size(Buffer b, String where) {
        if (!(b.elements() >= 0 && b.elements() <= LARGEST)) {
            throw broken(where, "buffer " + b.id() + " has " + b.elements() + " elements");
        }
    }

    /** Messages are made when something is wrong only: putting them together takes longer than checking. */
    private static PlanException broken(String where, String what) {
        return new PlanException(where + ": " + what);
    }

    private void names(Map<String, Integer> names) {
        for (Map.Entry<String, Integer> e : names.entrySet()) {
            int id = e.getValue();
            if (!(id >= 0 && id < buffers.size())) throw broken(path, e.getKey() + " is buffer " + id + " of " + buffers.size());
        }
    }

    private void steps(List<Step> steps) {
        for (int i = 0; i < steps.size(); i++) {
            PlanCheck c = new PlanCheck(buffers, path + ", step " + i);
            switch (steps.get(i)) {
                case Call call -> c.call(call);
                case Loop loop -> c.loop(loop);
                case Together together -> c.together(together);
                case Repeat repeat -> c.repeat(repeat);
            }
        }
    }

    private void call(Call c) {
        for (Place p : c.operands()) place(p, reach(p));
        for (Place p : c.results()) place(p, reach(p));
        if (!(c.workspace() >= -1 && c.workspace() < buffers.size())) {
            throw broken(path, "workspace " + c.workspace() + " of " + buffers.size() + " buffers");
        }
        List<TensorType> operands = types(c.operands());
        try {
            List<TensorType> results = c.op().infer(operands);
            if (!(results.equals(types(c.results())))) {
                throw broken(path, c.op().name() + " of " + operands + " gives " + results + ", not " + types(c.results()));
            }
        } catch (TypeException e) {
            throw new PlanException(path + ": " + c.op().name() + " of " + operands + ": " + e.getMessage(), e);
        }
    }

    private static List<TensorType> types(List<Place> places) {
        TensorType[] types = new TensorType[places.size()];
        for (int i = 0; i < types.length; i++) types[i] = new TensorType(places.get(i).dtype(), places.get(i).shape());
        return List.of(types);
    }

    /** Position of the last element of a window, from its first. */
    private static long reach(Place p) {
        long reach = 0;
        for (int k = 0; k < p.shape().rank(); k++) reach = Math.addExact(reach, Math.multiplyExact(p.shape().dim(k) - 1L, p.strides().get(k)));
        return reach;
    }

    private void place(Place p, long reach) {
        if (!(p.buffer() >= 0 && p.buffer() < buffers.size())) {
            throw broken(path, "buffer " + p.buffer() + " of " + buffers.size());
        }
        Buffer b = buffers.get(p.buffer());
        if (!(p.dtype() == b.dtype())) throw broken(path, "buffer " + b.id() + " holds " + b.dtype() + ", not " + p.dtype());
        for (long s : p.strides()) if (!(s >= 0 && s <= LARGEST)) throw broken(path, "strides " + p.strides());
        if (!(p.offset() >= 0 && p.offset() <= LARGEST && Math.addExact(p.offset(), reach) < b.elements())) {
            throw broken(path, "elements " + p.offset() + " to " + (p.offset() + reach) + " of buffer " + b.id() + ", which has " + b.elements());
        }
    }

    private void loop(Loop l) {
        if (!(l.domain().rank() >= 1 && l.rowsPerTask() >= 1)) {
            throw broken(path, "a loop over " + l.domain() + " in tasks of " + l.rowsPerTask() + " rows");
        }
        if (!(l.domain().elements() <= Integer.MAX_VALUE * (long) l.inner())) throw broken(path, "too many rows");
        boolean ragged = l.lastInner() != l.inner();
        if (!(l.lastInner() >= 1 && l.lastInner() <= l.inner() && (!ragged || l.domain().rank() == 2))) {
            throw broken(path, "a last row of " + l.lastInner());
        }
        for (int i = 0; i < l.body().size(); i++) {
            Loop.Instr instr = l.body().get(i);
            if (instr instanceof Loop.ColumnReduce c) {
                place(l, c.place(), false);
                Place p = l.places().get(c.place());
                if (!(p.shape().rank() == 2 && p.shape().dim(0) >= l.tasks() && p.shape().dim(1) >= l.inner())) {
                    throw broken(path, "columns of " + p.shape());
                }
            } else if (placeOf(instr) >= 0) {
                place(l, placeOf(instr), ragged);
                if (!(l.places().get(placeOf(instr)).shape().equals(l.domain()))) {
                    throw broken(path, "a window " + l.places().get(placeOf(instr)).shape() + " in a loop over " + l.domain());
                }
            }
            for (int a : arguments(instr)) if (!(a >= 0 && a < i)) throw broken(path, "instruction " + i + " uses value " + a);
            if (instr instanceof Loop.Index x) if (!(x.strides().size() == l.domain().rank())) throw broken(path, "an index of " + x.strides().size() + " strides");
            if (instr instanceof Loop.Apply a) if (!(a.args().size() == a.op().arity())) throw broken(path, a.op().name() + " of " + a.args().size() + " values");
        }
    }

    /** None writes what another touches. */
    private void together(Together t) {
        Set<Integer> read = new HashSet<>();
        Set<Integer> written = new HashSet<>();
        for (Loop l : t.loops()) {
            loop(l);
            Set<Integer> writes = StepAccess.written(l);
            boolean free = Collections.disjoint(writes, read) && Collections.disjoint(writes, written) && Collections.disjoint(StepAccess.read(l), written);
            if (!free) throw broken(path, "loop " + l.label() + " needs what runs at the same time");
            read.addAll(StepAccess.read(l));
            written.addAll(writes);
        }
    }

    private static int placeOf(Loop.Instr instr) {
        return switch (instr) {
            case Loop.Load x -> x.place();
            case Loop.GatherLoad x -> x.place();
            case Loop.Store x -> x.place();
            default -> -1;
        };
    }

    private static List<Integer> arguments(Loop.Instr instr) {
        return switch (instr) {
            case Loop.GatherLoad x -> List.of(x.index());
            case Loop.Apply x -> x.args();
            case Loop.RowReduce x -> List.of(x.arg());
            case Loop.Store x -> List.of(x.value());
            case Loop.ColumnReduce x -> List.of(x.value());
            default -> List.of();
        };
    }

    private void place(Loop l, int place, boolean ragged) {
        if (!(place >= 0 && place < l.places().size())) throw broken(path, "place " + place + " of " + l.places().size());
        Place p = l.places().get(place);
        long reach = reach(p);
        if (ragged) { // [rows, inner], the last row shorter
            long row = p.strides().get(0);
            long column = p.strides().get(1);
            long last = (l.rows() - 1L) * row + (l.lastInner() - 1L) * column;
            reach = l.rows() == 1 ? last : Math.max(last, (l.rows() - 2L) * row + (l.inner() - 1L) * column);
        }
        place(p, reach);
    }

    /** What the body touches lies in its buffers, and these lie in buffers outside, wherever they move. */
    private void repeat(Repeat r) {
        if (!(r.count() >= 1)) throw broken(path, "a loop of " + r.count() + " turns");
        for (int i = 0; i < r.bindings().size(); i++) {
            Repeat.Binding at = r.bindings().get(i);
            Buffer b = r.body().buffers().get(i);
            size(b, path);
            if (!(at.buffer() >= 0 && at.buffer() < buffers.size())) {
                throw broken(path, "buffer " + at.buffer() + " of " + buffers.size());
            }
            Motion m = at.motion();
            boolean sound = m.period() == 0 ? m.phase() == 0 : m.period() > 0 && m.phase() >= 0 && m.phase() < m.period();
            if (!(sound && Math.abs(m.stride()) <= LARGEST && Math.abs(at.offset()) <= LARGEST)) {
                throw broken(path, "a motion of " + m);
            }
            long places = m.period() == 0 ? r.count() : m.period();
            long end = m.stride() * (places - 1);
            long first = at.offset() + Math.min(0, end);
            long last = at.offset() + Math.max(0, end) + b.bytes();
            if (!(first >= 0 && last <= buffers.get(at.buffer()).bytes())) {
                throw broken(path, "a body's buffer moves over bytes " + first + " to " + last + " of buffer " + at.buffer() + ", which has " + buffers.get(at.buffer()).bytes());
            }
        }
        PlanCheck inside = new PlanCheck(r.body().buffers(), path + ", " + r.label());
        inside.names(r.body().inputs());
        inside.names(r.body().results());
        inside.steps(r.body().steps());
    }
}
