package dev.gatun.graph.schedule;

import dev.gatun.graph.ir.Output;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Gives state its new content. Where the loop that computes it is the last to read the old content, and reads each
 * element no later than it writes it, the loop writes into the state itself; otherwise a copy follows at the end.
 */
final class Updates {
    private Updates() {}

    static Schedule apply(Program program, Storage storage, Schedule schedule) {
        List<Step> steps = new ArrayList<>(schedule.steps());
        List<Step> copies = new ArrayList<>();
        for (Output out : program.graph.outputs()) {
            if (!out.update()) continue;
            int state = schedule.inputs().get(out.name());
            Place fresh = storage.window(out.value().id());
            if (fresh.buffer() == state && fresh.isDense()) continue; // the state as it was
            if (schedule.buffers().get(fresh.buffer()).kind() == Buffer.Kind.STATE) {
                throw new IllegalArgumentException("state " + out.name() + " cannot be replaced by another state as it is");
            }
            int writer = writer(steps, fresh.buffer());
            boolean own = schedule.buffers().get(fresh.buffer()).kind() == Buffer.Kind.TEMPORARY && fresh.isDense();
            if (own && writer >= 0 && mayOverwrite(steps, writer, state, fresh.buffer())) {
                steps.replaceAll(s -> renamed(s, fresh.buffer(), state));
            } else {
                copies.add(copy(out.name(), fresh, state, program.type(out.value().id()).shape()));
            }
        }
        steps.addAll(copies);
        return new Schedule(schedule.name(), schedule.buffers(), steps, schedule.inputs(), schedule.results());
    }

    /** The only step that writes a buffer, if it is a loop; else -1. */
    private static int writer(List<Step> steps, int buffer) {
        int found = -1;
        for (int i = 0; i < steps.size(); i++) {
            if (!StepAccess.written(steps.get(i)).contains(buffer)) continue;
            if (found >= 0 || !(steps.get(i) instanceof Loop)) return -1;
            found = i;
        }
        return found;
    }

    private static boolean mayOverwrite(List<Step> steps, int writer, int state, int fresh) {
        for (int i = 0; i < steps.size(); i++) {
            if (StepAccess.written(steps.get(i)).contains(state)) return false;
            if (i > writer && StepAccess.read(steps.get(i)).contains(state)) return false;
        }
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

    private static Step renamed(Step step, int from, int to) {
        return switch (step) {
            case Loop l -> new Loop(l.label(), l.source(), l.domain(), l.lastInner(), l.rowsPerTask(),
                    l.places().stream().map(p -> renamed(p, from, to)).toList(), l.body());
            case Call c -> new Call(c.label(), c.source(), c.op(),
                    c.operands().stream().map(p -> renamed(p, from, to)).toList(),
                    c.results().stream().map(p -> renamed(p, from, to)).toList(), c.workspace());
        };
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
