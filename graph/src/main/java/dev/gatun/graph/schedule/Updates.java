package dev.gatun.graph.schedule;

import dev.gatun.graph.ir.Output;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Gives state its new content. Where the loop that computes it is the last to read the old content, and reads each
 * element no later than it writes it, the loop writes into the state itself; otherwise a copy follows at the end.
 */
final class Updates {
    private final Schedule schedule;
    private final boolean inPlace;
    private final List<Step> steps;
    private final Map<Integer, Set<Integer>> readers = new HashMap<>();
    private final Map<Integer, Set<Integer>> writers = new HashMap<>();
    /** Buffers whose content is computed into a state, and that state. */
    private final Map<Integer, Integer> replaced = new HashMap<>();

    private Updates(Schedule schedule, boolean inPlace) {
        this.schedule = schedule;
        this.inPlace = inPlace;
        steps = new ArrayList<>(schedule.steps());
        for (int i = 0; i < steps.size(); i++) {
            for (int b : StepAccess.read(steps.get(i))) readers.computeIfAbsent(b, k -> new TreeSet<>()).add(i);
            for (int b : StepAccess.written(steps.get(i))) writers.computeIfAbsent(b, k -> new TreeSet<>()).add(i);
        }
    }

    static Schedule apply(Program program, Storage storage, Schedule schedule, boolean inPlace) {
        Updates updates = new Updates(schedule, inPlace);
        List<Step> copies = new ArrayList<>();
        for (Output out : program.graph.outputs()) {
            if (!out.update()) continue;
            updates.update(out.name(), storage.window(out.value().id()), program.type(out.value().id()).shape(), copies);
        }
        updates.steps.addAll(copies);
        return new Schedule(schedule.name(), schedule.buffers(), updates.steps, schedule.inputs(), schedule.results());
    }

    private void update(String name, Place fresh, Shape shape, List<Step> copies) {
        int state = schedule.inputs().get(name);
        if (fresh.buffer() == state && fresh.isDense()) return; // the state as it was
        Buffer.Kind kind = schedule.buffers().get(fresh.buffer()).kind();
        if (kind == Buffer.Kind.STATE) {
            throw new IllegalArgumentException("state " + name + " cannot be replaced by another state as it is");
        }
        Integer other = replaced.get(fresh.buffer());
        if (other != null) { // two states with the same new content
            copies.add(copy(name, renamed(fresh, fresh.buffer(), other), state, shape));
            return;
        }
        int writer = writer(fresh.buffer());
        if (inPlace && kind == Buffer.Kind.TEMPORARY && fresh.isDense() && writer >= 0 && mayOverwrite(writer, state, fresh.buffer())) {
            rename(fresh.buffer(), state);
        } else {
            copies.add(copy(name, fresh, state, shape));
        }
    }

    private void rename(int from, int to) {
        replaced.put(from, to);
        for (Map<Integer, Set<Integer>> access : List.of(readers, writers)) {
            Set<Integer> moved = access.remove(from);
            if (moved == null) continue;
            moved.forEach(i -> steps.set(i, renamed(steps.get(i), from, to)));
            access.computeIfAbsent(to, k -> new TreeSet<>()).addAll(moved);
        }
    }

    /** The only step that writes a buffer, if it is a loop; else -1. */
    private int writer(int buffer) {
        Set<Integer> found = writers.getOrDefault(buffer, Set.of());
        if (found.size() != 1) return -1;
        int i = found.iterator().next();
        return steps.get(i) instanceof Loop ? i : -1;
    }

    private boolean mayOverwrite(int writer, int state, int fresh) {
        if (writers.containsKey(state)) return false;
        if (readers.getOrDefault(state, Set.of()).stream().anyMatch(i -> i > writer)) return false;
        Loop loop = (Loop) steps.get(writer);
        boolean onePass = loop.body().stream().noneMatch(i -> i instanceof Loop.RowReduce);
        boolean gathers = loop.body().stream()
                .anyMatch(i -> i instanceof Loop.GatherLoad g && loop.places().get(g.place()).buffer() == state);
        return onePass && !gathers && sameElements(loop, state, fresh);
    }

    /** Whether every load of the state meets the element that the same iteration stores. */
    private static boolean sameElements(Loop loop, int state, int fresh) {
        List<Place> stores = loop.places().stream().filter(p -> p.buffer() == fresh).toList();
        return loop.places().stream()
                .filter(p -> p.buffer() == state)
                .allMatch(p -> stores.stream().allMatch(s -> s.offset() == p.offset() && s.strides().equals(p.strides())));
    }

    /** A step with another buffer in place of one. */
    static Step renamed(Step step, int from, int to) {
        return switch (step) {
            case Loop l -> renamed(l, from, to);
            case Together t -> new Together(t.label(), t.source(), t.loops().stream().map(l -> renamed(l, from, to)).toList());
            case Call c -> new Call(c.label(), c.source(), c.op(),
                    c.operands().stream().map(p -> renamed(p, from, to)).toList(),
                    c.results().stream().map(p -> renamed(p, from, to)).toList(), c.workspace());
            case Repeat r -> new Repeat(r.label(), r.source(), r.count(), r.body(), r.bindings().stream()
                    .map(b -> b.buffer() == from ? new Repeat.Binding(to, b.offset(), b.motion()) : b)
                    .toList());
        };
    }

    private static Loop renamed(Loop l, int from, int to) {
        return new Loop(l.label(), l.source(), l.domain(), l.lastInner(), l.rowsPerTask(),
                l.places().stream().map(p -> renamed(p, from, to)).toList(), l.body());
    }

    private static Place renamed(Place p, int from, int to) {
        return p.buffer() == from ? new Place(to, p.dtype(), p.shape(), p.offset(), p.strides()) : p;
    }

    private static Step copy(String name, Place from, int state, Shape shape) {
        Shape domain = shape.rank() == 0 ? Shape.of(1) : shape;
        Place in = shape.rank() == 0 ? new Place(from.buffer(), from.dtype(), domain, from.offset(), List.of(0L)) : from;
        Place out = Place.dense(state, from.dtype(), domain);
        DType type = from.dtype() == DType.BF16 ? DType.F32 : from.dtype();
        List<Loop.Instr> body = List.of(new Loop.Load(0, type), new Loop.Store(1, 0, type));
        LoopLayout layout = new LoopLayout(domain.dims(), domain.strides(), domain.strides());
        if (domain.rank() == 1) {
            Place line = new Place(state, out.dtype(), domain, 0, domain.dim(0) == 1 ? List.of(0L) : List.of(1L));
            return LoopShape.finish("copy", name, layout, Domain.flat(shape.elements()), List.of(in, line), body);
        }
        return LoopShape.finish("copy", name, layout, Domain.flat(shape.elements()), List.of(in, out), body);
    }
}
