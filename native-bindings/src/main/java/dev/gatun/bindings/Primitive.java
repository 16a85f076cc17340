package dev.gatun.bindings;

import dev.gatun.bindings.onednn.Dnnl;
import dev.gatun.bindings.onednn.dnnl_exec_arg_t;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * A primitive with its argument array and memory objects, made once; an execution only sets addresses. One thread at
 * a time may bind and run it. All native objects belong to one arena: a call into the library holds it open, and a
 * call after it was closed is refused.
 */
final class Primitive implements AutoCloseable {

    /**
     * An argument of a primitive.
     *
     * @param name its name in messages
     * @param code {@code DNNL_ARG_...}
     * @param query which descriptor the primitive chose for it, {@code dnnl_query_..._md}
     * @param index of that query
     * @param written whether an execution writes it
     * @param tensor how it lies, when the library has no say in it
     */
    record Argument(String name, int code, int query, int index, boolean written, Optional<OneDnnTensor> tensor) {

        /** An argument that lies as {@code tensor} says, or as the library chooses where that is left open. */
        Argument(String name, int code, int query, int index, boolean written, OneDnnTensor tensor) {
            this(name, code, query, index, written, Optional.of(tensor).filter(t -> !t.isAny()));
        }

        /** The operands of post-ops that have one, in their order. */
        static List<Argument> operands(List<OneDnnPostOp> postOps) {
            List<Argument> operands = new ArrayList<>();
            for (int i = 0; i < postOps.size(); i++) {
                if (postOps.get(i) instanceof OneDnnPostOp.Binary binary) {
                    // DNNL_ARG_ATTR_MULTIPLE_POST_OP(i) | DNNL_ARG_SRC_1, which is also the key of the query
                    int code = Dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE() * (i + 1) | Dnnl.DNNL_ARG_SRC_1();
                    String name = binary.combination() == OneDnnPostOp.Combination.ADD ? "residual" : "factor";
                    operands.add(new Argument(name, code, Dnnl.dnnl_query_exec_arg_md(), code, false, binary.operand()));
                }
            }
            return operands;
        }
    }

    private final OneDnn owner;
    private final String operation;
    private final Arena arena = Arena.ofShared();
    private final List<Argument> arguments;
    private final MemorySegment descriptor;
    private final MemorySegment primitive;
    private final MemorySegment stream;
    private final MemorySegment[] memories;
    private final long[] bytes;
    private final long[] bound;
    private final MemorySegment array;

    /**
     * Makes the primitive that {@code create} describes.
     *
     * @param arguments in the order of {@link #bind}; the scratchpad is added as the last one
     * @throws OneDnnException with the operation of {@code descriptors} when the library refuses
     */
    Primitive(OneDnn owner, Descriptors descriptors, List<Argument> arguments, ToIntFunction<MemorySegment> create) {
        this.owner = owner;
        this.operation = descriptors.operation();
        this.arguments = new ArrayList<>(arguments);
        this.arguments.add(new Argument(
                "scratchpad", Dnnl.DNNL_ARG_SCRATCHPAD(), Dnnl.dnnl_query_scratchpad_md(), 0, true, Optional.empty()));
        int count = this.arguments.size();
        memories = new MemorySegment[count];
        bytes = new long[count];
        bound = new long[count];
        array = arena.allocate(dnnl_exec_arg_t.layout(), count);
        owner.claimThreads();
        boolean made = false;
        try {
            MemorySegment described = descriptors.created(create);
            descriptor = described.reinterpret(arena, Dnnl::dnnl_primitive_desc_destroy);
            primitive = descriptors.created(out -> Dnnl.dnnl_primitive_create(out, described))
                    .reinterpret(arena, Dnnl::dnnl_primitive_destroy);
            stream = descriptors.created(
                            out -> Dnnl.dnnl_stream_create(out, owner.engine(), Dnnl.dnnl_stream_default_flags()))
                    .reinterpret(arena, Dnnl::dnnl_stream_destroy);
            for (int i = 0; i < count; i++) {
                memories[i] = memory(descriptors, i);
            }
            owner.add(this);
            made = true;
        } finally {
            if (!made) {
                arena.close();
            }
        }
    }

    private MemorySegment memory(Descriptors descriptors, int i) {
        MemorySegment layout = layout(i);
        // the library rounds a strided tensor up to whole strides; a slice at the end of a buffer has less than that
        bytes[i] = arguments.get(i).tensor().map(OneDnnTensor::bytes)
                .orElseGet(() -> Dnnl.dnnl_memory_desc_get_size(layout));
        MemorySegment memory = descriptors.created(
                out -> Dnnl.dnnl_memory_create(out, layout, owner.engine(), MemorySegment.NULL));
        MemorySegment element = dnnl_exec_arg_t.asSlice(array, i);
        dnnl_exec_arg_t.arg(element, arguments.get(i).code());
        dnnl_exec_arg_t.memory(element, memory);
        return memory.reinterpret(arena, Dnnl::dnnl_memory_destroy);
    }

    /** The descriptor that the library chose for an argument; owned by this primitive. */
    MemorySegment layout(int argument) {
        Argument a = arguments.get(argument);
        return Dnnl.dnnl_primitive_desc_query_md(descriptor, a.query(), a.index());
    }

    /** Whether the library's choice for an argument is exactly {@code tensor}. */
    boolean hasLayout(int argument, OneDnnTensor tensor) {
        try (Descriptors descriptors = new Descriptors(operation)) {
            return Dnnl.dnnl_memory_desc_equal(layout(argument), descriptors.memory(tensor)) != 0;
        }
    }

    /** Bytes that an argument's memory must have. */
    long bytes(int argument) {
        return bytes[argument];
    }

    /** Bytes of scratch memory; its content need not survive between executions. */
    long scratchpadBytes() {
        return bytes[bytes.length - 1];
    }

    /** The library's name for the code it chose, e.g. {@code brg_matmul:avx512_core}. */
    String code() {
        try (Arena out = Arena.ofConfined()) {
            MemorySegment text = out.allocate(ValueLayout.ADDRESS);
            OneDnnException.check(
                    Dnnl.dnnl_primitive_desc_query(descriptor, Dnnl.dnnl_query_impl_info_str(), 0, text), operation);
            return text.get(ValueLayout.ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0);
        }
    }

    /** Makes the copy from {@code plain} into the layout that the library chose for an argument. */
    OneDnnReorder reorderInto(int argument, OneDnnTensor plain) {
        String name = "reorder " + plain + " -> " + arguments.get(argument).name() + " of " + operation;
        return new OneDnnReorder(owner, name, Optional.of(plain), Optional.empty(), layout(argument));
    }

    /** Makes the copy from the layout that the library chose for an argument to {@code plain}. */
    OneDnnReorder reorderFrom(int argument, OneDnnTensor plain) {
        String name = "reorder " + arguments.get(argument).name() + " of " + operation + " -> " + plain;
        return new OneDnnReorder(owner, name, Optional.empty(), Optional.of(plain), layout(argument));
    }

    /**
     * Sets an argument's address. The segment must stay alive until the execution has returned.
     *
     * @throws IllegalArgumentException when the segment is on the heap, too small, closed, or written yet read-only
     */
    void bind(int argument, MemorySegment data) {
        checkOpen();
        if (!data.isNative() || data.byteSize() < bytes[argument] || !data.scope().isAlive()
                || (data.isReadOnly() && arguments.get(argument).written())) {
            throw unfit(argument, data);
        }
        long address = data.address();
        if (address == bound[argument]) {
            return;
        }
        OneDnnException.check(Dnnl.dnnl_memory_set_data_handle(memories[argument], data), operation);
        bound[argument] = address;
    }

    /** As {@link #bind}; an argument of -1 does not exist, and its segment is NULL. */
    void bindOptional(int argument, MemorySegment data, String name) {
        if (argument >= 0) {
            bind(argument, data);
        } else if (data.address() != 0) {
            throw new IllegalArgumentException(operation + " has no " + name + ": pass MemorySegment.NULL");
        }
    }

    void bindScratchpad(MemorySegment data) {
        bind(bytes.length - 1, data);
    }

    private IllegalArgumentException unfit(int argument, MemorySegment data) {
        String name = operation + ": " + arguments.get(argument).name();
        if (!data.isNative()) {
            return new IllegalArgumentException(name + " is on the Java heap: allocate it in an Arena");
        }
        if (!data.scope().isAlive()) {
            return new IllegalArgumentException(name + " belongs to an Arena that is closed");
        }
        if (data.byteSize() >= bytes[argument]) {
            return new IllegalArgumentException(name + " is written but its segment is read-only");
        }
        return new IllegalArgumentException(
                name + " has " + data.byteSize() + " bytes, needed are " + bytes[argument]);
    }

    private void checkOpen() {
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException(operation + " is closed");
        }
    }

    /** Runs on the bound addresses and returns when the result is written. */
    void run() {
        checkOpen();
        owner.claimThreads();
        OneDnnException.check(
                Dnnl.dnnl_primitive_execute(primitive, stream, memories.length, array), operation);
        OneDnnException.check(Dnnl.dnnl_stream_wait(stream), operation);
    }

    /**
     * Frees the native objects.
     *
     * @throws IllegalStateException when another thread is executing the primitive
     */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            owner.remove(this);
        }
    }

    @Override
    public String toString() {
        return operation;
    }
}
