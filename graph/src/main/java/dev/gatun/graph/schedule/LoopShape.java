package dev.gatun.graph.schedule;

import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;

/** The last step of building a loop: rows for a domain without structure, and the cut into tasks. */
final class LoopShape {
    /** Elements that make a task worth handing out. */
    private static final int TASK = 1 << 14;
    /** Elements of the largest tasks: memory is read faster in long runs, which keep its prefetchers going. */
    private static final int LARGE_TASK = 1 << 18;
    /** Tasks that keep any number of threads busy. */
    private static final int TASKS = 64;
    /** Row length of a domain without structure. */
    private static final int PIECE = 1 << 12;

    private LoopShape() {}

    static Loop finish(String label, String source, LoopLayout layout, Domain domain, List<Place> places, List<Loop.Instr> body) {
        if (layout.dims().size() == 1) return flat(label, source, layout.dims().getFirst(), places, body);
        int inner = layout.dims().getLast();
        int rows = domain.stretch() > 0 ? domain.stretch() : Math.max(1, task(layout.shape().elements()) / inner);
        return new Loop(label, source, layout.shape(), inner, rows, places, body);
    }

    /** Elements of a task of a loop over so many. */
    private static int task(long elements) {
        return Math.clamp(elements / TASKS, TASK, LARGE_TASK);
    }

    /** One run of elements, cut into rows of a fixed length and a shorter last one. */
    private static Loop flat(String label, String source, int elements, List<Place> places, List<Loop.Instr> body) {
        int piece = Math.min(elements, PIECE);
        int rows = (elements + piece - 1) / piece;
        Shape shape = Shape.of(rows, piece);
        List<Place> wide = new ArrayList<>();
        for (Place p : places) wide.add(new Place(p.buffer(), p.dtype(), shape, p.offset(), widened(p.strides(), piece)));
        List<Loop.Instr> instrs = new ArrayList<>();
        for (Loop.Instr i : body) instrs.add(i instanceof Loop.Index x ? new Loop.Index(widened(x.strides(), piece)) : i);
        int last = elements - (rows - 1) * piece;
        return new Loop(label, source, shape, last, Math.max(1, task(elements) / piece), wide, instrs);
    }

    private static List<Long> widened(List<Long> stride, int piece) {
        return List.of(stride.getFirst() * piece, stride.getFirst());
    }
}
