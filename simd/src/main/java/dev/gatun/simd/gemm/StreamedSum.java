package dev.gatun.simd.gemm;

import dev.gatun.graph.schedule.Motion;
import dev.gatun.simd.Kernel;
import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Adds the partial sums of {@link Streamed} in order, and what follows the product. A task owns some columns. */
final class StreamedSum implements Kernel {
    /** Enough for a task: some microseconds. */
    private static final int ELEMENTS = 1 << 15;
    private static final float CUBE = 0.044715f;
    /** {@code -2 sqrt(2/pi) / ln 2}: {@code exp(-2u)} as a power of two. */
    private static final float STEEP = (float) (-2 * Math.sqrt(2 / Math.PI) / Math.log(2));
    /** Powers of two beyond these make no difference to a GELU in f32. */
    private static final float LARGEST = 126;
    /** Added to a small float, leaves it rounded to an integer in the low bits. */
    private static final float ROUND = 0x1.8p23f;

    private final GemmShape shape;
    private final int parts;
    private final long partialBytes;
    private final long cStart;
    private final Motion cMotion;
    private final boolean accumulate;
    private final Epilogue epilogue;
    private final int columns;
    private long cBytes;

    StreamedSum(GemmShape shape, long partialBytes, Operand c, boolean accumulate, Epilogue epilogue) {
        this.shape = shape;
        this.parts = Streamed.parts(shape);
        this.partialBytes = partialBytes;
        this.cStart = c.bytes()[0];
        this.cMotion = c.motion();
        this.cBytes = cStart;
        this.accumulate = accumulate;
        this.epilogue = epilogue;
        int each = Math.max(1, ELEMENTS / (shape.m() * parts) / Lanes.COUNT) * Lanes.COUNT;
        this.columns = Math.min(shape.n(), each);
    }

    @Override
    public String name() {
        return "gemm.stream.sum";
    }

    @Override
    public int tasks() {
        return Blocks.ceilDiv(shape.n(), columns);
    }

    @Override
    public void move(int iteration) {
        cBytes = cStart + cMotion.at(iteration);
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        int from = task * columns;
        int to = Math.min(from + columns, shape.n());
        long part = 4L * shape.m() * shape.n();
        for (int i = 0; i < shape.m(); i++) {
            long p = partialBytes + 4L * i * shape.n();
            long c = cBytes + 4 * i * shape.ldc();
            long residual = epilogue.residualBytes() < 0 ? -1 : epilogue.residualBytes() + 4 * i * epilogue.ldResidual();
            if (accumulate) residual = c;
            int whole = from + Lanes.F32.loopBound(to - from);
            vectors(memory, p, part, parts, epilogue.biasBytes(), epilogue.activation(), residual, c, from, whole);
            for (int j = whole; j < to; j++) element(memory, p + 4L * j, part, residual, c, j);
        }
    }

    private static void vectors(MemorySegment memory, long partial, long part, int parts, long bias,
            Epilogue.Activation activation, long residual, long c, int from, int to) {
        memory = Segments.known(memory);
        for (int j = from; j < to; j += Lanes.COUNT) {
            long at = partial + 4L * j;
            FloatVector x = FloatVector.fromMemorySegment(Lanes.F32, memory, at, Lanes.ORDER);
            for (int p = 1; p < parts; p++) {
                at += part;
                x = FloatVector.fromMemorySegment(Lanes.F32, memory, at, Lanes.ORDER).add(x);
            }
            if (bias >= 0) x = x.add(FloatVector.fromMemorySegment(Lanes.F32, memory, bias + 4L * j, Lanes.ORDER));
            if (activation == Epilogue.Activation.RELU) {
                x = x.max(0f);
            } else if (activation == Epilogue.Activation.GELU_TANH) {
                FloatVector u = x.mul(x).mul(CUBE).add(1f).mul(x).mul(STEEP).min(LARGEST).max(-LARGEST);
                FloatVector shifted = u.add(ROUND);
                FloatVector f = u.sub(shifted.sub(ROUND));
                FloatVector e = f.mul(0.00015345811f).add(0.0013399931f).fma(f, FloatVector.broadcast(Lanes.F32, 0.009618489f))
                        .fma(f, FloatVector.broadcast(Lanes.F32, 0.055503286f)).fma(f, FloatVector.broadcast(Lanes.F32, 0.24022646f))
                        .fma(f, FloatVector.broadcast(Lanes.F32, 0.6931472f)).fma(f, FloatVector.broadcast(Lanes.F32, 1));
                IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(0x3F800000);
                x = x.div(e.mul(power.reinterpretAsFloats()).add(1f));
            }
            if (residual >= 0) x = x.add(FloatVector.fromMemorySegment(Lanes.F32, memory, residual + 4L * j, Lanes.ORDER));
            x.intoMemorySegment(memory, c + 4L * j, Lanes.ORDER);
        }
    }

    /** One of the last columns, fewer than a vector. */
    private void element(MemorySegment memory, long at, long part, long residual, long c, int j) {
        float x = memory.get(Lanes.FLOAT, at);
        for (int p = 1; p < parts; p++) x += memory.get(Lanes.FLOAT, at + p * part);
        if (epilogue.biasBytes() >= 0) x += memory.get(Lanes.FLOAT, epilogue.biasBytes() + 4L * j);
        x = switch (epilogue.activation()) {
            case NONE -> x;
            case RELU -> Math.max(x, 0);
            case GELU_TANH -> (float) (x / (1 + Math.exp(STEEP * Math.log(2) * (x + CUBE * (double) x * x * x))));
        };
        if (residual >= 0) x += memory.get(Lanes.FLOAT, residual + 4L * j);
        memory.set(Lanes.FLOAT, c + 4L * j, x);
    }
}
