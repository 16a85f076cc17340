package dev.gatun.bindings;

import dev.gatun.bindings.onednn.Dnnl;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** The native objects that are needed only while one primitive is made; closing frees them. */
final class Descriptors implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final String operation;

    /** @param operation what is being made, with its shapes, for exceptions */
    Descriptors(String operation) {
        this.operation = operation;
    }

    /** Rejects more operands of post-ops than {@code most}, which an execution takes, or of a rank above {@code rank}. */
    static void checkOperands(String operation, Optional<OneDnnTensor> bias, List<OneDnnPostOp> postOps, int rank, int most) {
        List<OneDnnTensor> operands = new ArrayList<>();
        for (OneDnnPostOp postOp : postOps) {
            if (postOp instanceof OneDnnPostOp.Binary binary) {
                operands.add(binary.operand());
            }
        }
        if (operands.size() > most) {
            throw new IllegalArgumentException(operation + ": at most " + (most == 1 ? "one post-op has" : most + " post-ops have")
                    + " an operand, not " + operands);
        }
        bias.ifPresent(operands::add);
        for (OneDnnTensor operand : operands) {
            if (operand.isAny() || operand.dims().size() > rank) {
                throw new IllegalArgumentException(operation + ": bias and operands have strides and at most " + rank
                        + " dims, not " + operand);
            }
        }
    }

    /** A memory descriptor of {@code tensor}. */
    MemorySegment memory(OneDnnTensor tensor) {
        int rank = tensor.dims().size();
        MemorySegment dims = dims(tensor.dims());
        MemorySegment descriptor = tensor.isAny()
                ? created(out -> Dnnl.dnnl_memory_desc_create_with_tag(
                        out, rank, dims, tensor.type().code(), Dnnl.dnnl_format_tag_any()))
                : created(out -> Dnnl.dnnl_memory_desc_create_with_strides(
                        out, rank, dims, tensor.type().code(), dims(tensor.strides())));
        return descriptor.reinterpret(arena, Dnnl::dnnl_memory_desc_destroy);
    }

    /** Sizes as the library takes them: an array of the largest rank, so that no rank reads past its end. */
    MemorySegment dims(List<Long> values) {
        MemorySegment array = arena.allocate(ValueLayout.JAVA_LONG, Dnnl.DNNL_MAX_NDIMS());
        for (int i = 0; i < values.size(); i++) {
            array.setAtIndex(ValueLayout.JAVA_LONG, i, values.get(i));
        }
        return array;
    }

    /** Attributes: scratchpad from the caller, results equal from run to run, and these post-ops. */
    MemorySegment attributes(List<OneDnnPostOp> postOps, OneDnnMath math, int rank) {
        MemorySegment attributes = created(Dnnl::dnnl_primitive_attr_create)
                .reinterpret(arena, Dnnl::dnnl_primitive_attr_destroy);
        check(Dnnl.dnnl_primitive_attr_set_scratchpad_mode(attributes, Dnnl.dnnl_scratchpad_mode_user()));
        check(Dnnl.dnnl_primitive_attr_set_deterministic(attributes, 1));
        check(Dnnl.dnnl_primitive_attr_set_fpmath_mode(attributes, math.code()));
        if (!postOps.isEmpty()) {
            MemorySegment chain = created(Dnnl::dnnl_post_ops_create)
                    .reinterpret(arena, Dnnl::dnnl_post_ops_destroy);
            postOps.forEach(postOp -> append(chain, postOp, rank));
            check(Dnnl.dnnl_primitive_attr_set_post_ops(attributes, chain));
        }
        return attributes;
    }

    private void append(MemorySegment chain, OneDnnPostOp postOp, int rank) {
        check(switch (postOp) {
            case OneDnnPostOp.Eltwise e ->
                Dnnl.dnnl_post_ops_append_eltwise(chain, e.function().code(), e.alpha(), e.beta());
            case OneDnnPostOp.Sum s ->
                Dnnl.dnnl_post_ops_append_sum(chain, s.scale(), 0, Dnnl.dnnl_data_type_undef());
            case OneDnnPostOp.Binary b ->
                Dnnl.dnnl_post_ops_append_binary(chain, b.combination().code(), memory(b.operand().leadingOnes(rank)));
        });
    }

    /** A primitive descriptor that is freed with this object, e.g. the forward hint of a gradient. */
    MemorySegment hint(ToIntFunction<MemorySegment> create) {
        return created(create).reinterpret(arena, Dnnl::dnnl_primitive_desc_destroy);
    }

    /** What {@code create} wrote into the pointer it is given; the caller frees it. */
    MemorySegment created(ToIntFunction<MemorySegment> create) {
        MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
        check(create.applyAsInt(out));
        return out.get(ValueLayout.ADDRESS, 0);
    }

    void check(int status) {
        OneDnnException.check(status, operation);
    }

    String operation() {
        return operation;
    }

    @Override
    public void close() {
        arena.close();
    }
}
