package dev.gatun.graph.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Sub;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.plan.MemoryPlan;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InPlaceTest {
    private static final Shape SHAPE = Shape.of(2, 4);
    private static final int OLD = 0;
    private static final int EARLY = 1;
    private static final int LATE = 2;
    private static final int RESULT = 3;

    @Test
    void theGradientOfLogitsLiesOverTheLogits() {
        Schedule s = Fuser.schedule(Pipeline.standard(op -> false, false).run(Tracer.trace("train", t -> {
            Tensor w = t.data("w", TensorType.of(DType.F32, 16, 400));
            Tensor logits = t.data("x", TensorType.of(DType.F32, 32, 16)).matmul(w);
            Tensor loss = CrossEntropy.mean(logits, t.data("classes", TensorType.of(DType.I32, 32)));
            t.output("loss", loss);
            t.output("gradient", Grad.of(loss, List.of(w)).getFirst());
        })));
        assertThat(ofSize(s, 32 * 400)).hasSize(2);
        assertThat(ofSize(InPlace.apply(s), 32 * 400)).hasSize(1);
        long less = 4 * 32 * 400;
        long sum = s.buffers().stream().mapToLong(b -> (b.bytes() + 63) / 64 * 64).sum();
        assertThat(MemoryPlan.plan(List.of(s)).getFirst().arenaBytes()).isLessThanOrEqualTo(sum - less);
    }

    /** Temporaries of some elements that steps touch. */
    private static Set<Integer> ofSize(Schedule s, int elements) {
        Set<Integer> found = new HashSet<>();
        for (Step step : s.steps()) {
            found.addAll(StepAccess.read(step));
            found.addAll(StepAccess.written(step));
        }
        found.removeIf(b -> s.buffers().get(b).elements() != elements || s.buffers().get(b).kind() != Buffer.Kind.TEMPORARY);
        return found;
    }

    @Test
    void onlyTheLastPassOverARowOverwritesIt() {
        Schedule s = InPlace.apply(schedule(Place.dense(OLD, DType.F32, SHAPE)));
        Loop loop = (Loop) s.steps().get(1);
        assertThat(loop.places()).extracting(Place::buffer).containsExactly(OLD, EARLY, OLD);
        assertThat(StepAccess.read(s.steps().get(2))).containsExactlyInAnyOrder(EARLY, OLD);
    }

    @Test
    void whatIsReadInAnotherOrderIsKept() {
        Schedule turned = schedule(new Place(OLD, DType.F32, SHAPE, 0, List.of(1L, 2L)));
        assertThat(InPlace.apply(turned).steps()).isEqualTo(turned.steps());
    }

    /** A value; its rows as they are and with their largest element subtracted; the sum of both. */
    private static Schedule schedule(Place read) {
        List<Buffer> buffers = List.of(buffer(OLD, Buffer.Kind.TEMPORARY), buffer(EARLY, Buffer.Kind.TEMPORARY),
                buffer(LATE, Buffer.Kind.TEMPORARY), buffer(RESULT, Buffer.Kind.RESULT));
        Loop first = loop(List.of(dense(OLD)), List.of(new Loop.Const(1, DType.F32), new Loop.Store(0, 0, DType.F32)));
        Loop second = loop(List.of(read, dense(EARLY), dense(LATE)), List.of(
                new Loop.Load(0, DType.F32),
                new Loop.Store(1, 0, DType.F32),
                new Loop.RowReduce(Reduce.Kind.MAX, 0, DType.F32),
                new Loop.Apply(new Sub(), List.of(0, 2), DType.F32),
                new Loop.Store(2, 3, DType.F32)));
        Loop third = loop(List.of(dense(EARLY), dense(LATE), dense(RESULT)), List.of(
                new Loop.Load(0, DType.F32),
                new Loop.Load(1, DType.F32),
                new Loop.Apply(new Sub(), List.of(0, 1), DType.F32),
                new Loop.Store(2, 2, DType.F32)));
        return new Schedule("test", buffers, List.of(first, second, third), Map.of(), Map.of("y", RESULT));
    }

    private static Buffer buffer(int id, Buffer.Kind kind) {
        return new Buffer(id, "b" + id, kind, DType.F32, SHAPE.elements());
    }

    private static Place dense(int buffer) {
        return Place.dense(buffer, DType.F32, SHAPE);
    }

    private static Loop loop(List<Place> places, List<Loop.Instr> body) {
        return new Loop("loop", "", SHAPE, 4, 1, places, body);
    }
}
