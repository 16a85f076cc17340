package dev.gatun.bindings;

import dev.gatun.bindings.Primitive.Argument;
import dev.gatun.bindings.onednn.Dnnl;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A copy from one layout or type to another, e.g. f32 weights into the packed bf16 layout that a matrix product
 * chose. One thread at a time may execute an object.
 */
public final class OneDnnReorder implements AutoCloseable {
    private static final int FROM = 0;
    private static final int TO = 1;

    private final Primitive primitive;
    private final Arena scratchpad = Arena.ofAuto();

    OneDnnReorder(OneDnn owner, OneDnnTensor from, OneDnnTensor to) {
        this(owner, "reorder " + from + " -> " + to, Optional.of(from), Optional.of(to), MemorySegment.NULL);
    }

    /** Of two tensors; the empty one lies as the descriptor {@code chosen} of another primitive says. */
    OneDnnReorder(OneDnn owner, String operation, Optional<OneDnnTensor> from, Optional<OneDnnTensor> to,
            MemorySegment chosen) {
        for (Optional<OneDnnTensor> end : List.of(from, to)) {
            if (end.isPresent() && end.get().isAny()) {
                throw new IllegalArgumentException(
                        operation + ": both layouts are needed, " + end.get() + " leaves its own open");
            }
        }
        try (Descriptors d = new Descriptors(operation)) {
            MemorySegment source = from.map(d::memory).orElse(chosen);
            MemorySegment target = to.map(d::memory).orElse(chosen);
            MemorySegment attributes = d.attributes(List.of(), OneDnnMath.F32, 0);
            primitive = new Primitive(owner, d, List.of(
                    new Argument("source", Dnnl.DNNL_ARG_FROM(), Dnnl.dnnl_query_src_md(), 0, false, from),
                    new Argument("target", Dnnl.DNNL_ARG_TO(), Dnnl.dnnl_query_dst_md(), 0, true, to)),
                    out -> Dnnl.dnnl_reorder_primitive_desc_create(
                            out, source, owner.engine(), target, owner.engine(), attributes));
        }
        primitive.bindScratchpad(scratchpad.allocate(primitive.scratchpadBytes(), 64));
    }

    /** Bytes of the source. */
    public long fromBytes() {
        return primitive.bytes(FROM);
    }

    /** Bytes of the target. */
    public long toBytes() {
        return primitive.bytes(TO);
    }

    /**
     * Copies.
     *
     * @throws IllegalArgumentException when a segment is unfit, naming it
     */
    public void execute(MemorySegment from, MemorySegment to) {
        primitive.bind(FROM, from);
        primitive.bind(TO, to);
        primitive.run();
    }

    @Override
    public void close() {
        primitive.close();
    }

    /** The two layouts. */
    @Override
    public String toString() {
        return primitive.toString();
    }
}
