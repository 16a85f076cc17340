package dev.gatun.runtime.cpu;

import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Motion;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.schedule.Repeat;
import dev.gatun.graph.schedule.Schedule;
import dev.gatun.graph.schedule.Step;
import dev.gatun.graph.schedule.StepAccess;
import dev.gatun.graph.schedule.Together;
import dev.gatun.graph.types.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Gives calls the memory that they need while they run, as buffers of the plan.
 *
 * @param needed bytes that a call needs; 0 for none
 * @param packing bytes in which a product in Java packs its right operand; 0 where it is not to be preferred
 */
record Workspaces(ToLongFunction<Call> needed, ToLongFunction<Call> packing) {
    Schedule addedTo(Schedule s) {
        List<Buffer> buffers = new ArrayList<>(s.buffers());
        List<Step> steps = new ArrayList<>();
        for (Step step : s.steps()) {
            steps.add(switch (step) {
                case Call c -> c.workspace() >= 0 ? c : with(c, needed.applyAsLong(c), buffers);
                case Repeat r -> addedTo(r, buffers);
                case Loop l -> l;
                case Together t -> t;
            });
        }
        return new Schedule(s.name(), buffers, steps, s.inputs(), s.results());
    }

    private static Call with(Call c, long bytes, List<Buffer> buffers) {
        if (bytes == 0) return c;
        return new Call(c.label(), c.source(), c.op(), c.operands(), c.results(), temporary(c.label() + " workspace", DType.BOOL, bytes, buffers));
    }

    /** What a body needs lives outside, as long as the whole loop. */
    private Repeat addedTo(Repeat r, List<Buffer> buffers) {
        Schedule body = addedTo(packed(r));
        List<Repeat.Binding> bindings = new ArrayList<>(r.bindings());
        for (Buffer b : body.buffers().subList(bindings.size(), body.buffers().size())) {
            bindings.add(new Repeat.Binding(temporary(b.name(), b.dtype(), b.elements(), buffers), 0, Motion.STILL));
        }
        return new Repeat(r.label(), r.source(), r.count(), body, bindings);
    }

    /**
     * Gives products of f32 whose right operand stays the same a workspace, which says that they are computed in Java: there
     * alone it is packed once for the whole loop. Measured for {@code [32,256] x [256,1024]} on one thread: oneDNN 240 us,
     * 180 of them for packing.
     */
    private Schedule packed(Repeat r) {
        Schedule s = r.body();
        List<Buffer> buffers = new ArrayList<>(s.buffers());
        List<Step> steps = new ArrayList<>();
        for (Step step : s.steps()) {
            boolean packs = step instanceof Call c && c.op() instanceof MatMul && c.operands().getFirst().dtype() == DType.F32 && isSame(r, c.operands().get(1));
            steps.add(packs ? with((Call) step, packing.applyAsLong((Call) step), buffers) : step);
        }
        return new Schedule(s.name(), buffers, steps, s.inputs(), s.results());
    }

    /** Whether an operand is the same in each iteration. */
    static boolean isSame(Repeat r, Place p) {
        int buffer = p.buffer();
        return buffer < r.bindings().size() && r.bindings().get(buffer).motion().isStill()
                && r.body().steps().stream().noneMatch(s -> StepAccess.written(s).contains(buffer));
    }

    private static int temporary(String name, DType dtype, long elements, List<Buffer> buffers) {
        buffers.add(new Buffer(buffers.size(), name, Buffer.Kind.TEMPORARY, dtype, elements));
        return buffers.size() - 1;
    }
}
