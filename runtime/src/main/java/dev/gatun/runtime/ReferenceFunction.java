package dev.gatun.runtime;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.runtime.reference.Interpreter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The reference interpreter between an arena's inputs and results. */
final class ReferenceFunction implements Function {
    private final Graph graph;
    private final ExecutionPlan plan;
    private final Interpreter interpreter;
    private MemorySegment arena;
    private long calls;
    private long nanos;

    ReferenceFunction(Graph graph, ExecutionPlan plan, MemorySegment arena) {
        this.graph = graph;
        this.plan = plan;
        this.arena = arena;
        interpreter = new Interpreter(graph, false);
    }

    @Override
    public void move(MemorySegment arena) {
        this.arena = arena;
    }

    @Override
    public void run() {
        Map<String, double[]> inputs = new HashMap<>();
        for (Input in : graph.inputs()) inputs.put(in.name(), load(plan.inputs().get(in.name())));
        Map<String, double[]> outputs = interpreter.run(inputs);
        for (Output out : graph.outputs()) {
            int buffer = out.update() ? plan.inputs().get(out.name()) : plan.results().get(out.name());
            store(buffer, outputs.get(out.name()));
        }
    }

    @Override
    public void runTimed(KernelListener listener) {
        long start = System.nanoTime();
        run();
        long end = System.nanoTime();
        nanos += end - start;
        if (listener != null) listener.ran(graph.name(), -1, "interpreter", graph.name(), start, end);
        calls++;
    }

    @Override
    public void forgetTimes() {
        nanos = 0;
        calls = 0;
    }

    @Override
    public List<KernelTime> times() {
        return calls == 0 ? List.of() : List.of(new KernelTime(graph.name(), List.of(-1), "interpreter", graph.name(), calls, nanos));
    }

    private double[] load(int id) {
        Buffer b = plan.buffers().get(id);
        long at = plan.offset(id);
        double[] x = new double[(int) b.elements()];
        for (int i = 0; i < x.length; i++) {
            x[i] = switch (b.dtype()) {
                case F32 -> arena.get(ValueLayout.JAVA_FLOAT, at + 4L * i);
                case BF16 -> Float.intBitsToFloat(arena.get(ValueLayout.JAVA_SHORT, at + 2L * i) << 16);
                case I32 -> arena.get(ValueLayout.JAVA_INT, at + 4L * i);
                case BOOL -> arena.get(ValueLayout.JAVA_BYTE, at + i);
            };
        }
        return x;
    }

    private void store(int id, double[] x) {
        Buffer b = plan.buffers().get(id);
        long at = plan.offset(id);
        for (int i = 0; i < x.length; i++) {
            switch (b.dtype()) {
                case F32 -> arena.set(ValueLayout.JAVA_FLOAT, at + 4L * i, (float) x[i]);
                case BF16 -> arena.set(ValueLayout.JAVA_SHORT, at + 2L * i, (short) (Float.floatToRawIntBits((float) x[i]) >>> 16));
                case I32 -> arena.set(ValueLayout.JAVA_INT, at + 4L * i, (int) x[i]);
                case BOOL -> arena.set(ValueLayout.JAVA_BYTE, at + i, (byte) x[i]);
            }
        }
    }
}
