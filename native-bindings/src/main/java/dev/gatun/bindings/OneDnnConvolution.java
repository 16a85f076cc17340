package dev.gatun.bindings;

import dev.gatun.bindings.Primitive.Argument;
import dev.gatun.bindings.onednn.Dnnl;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * A convolution over one to three spatial dims, or the gradient of one.
 *
 * <p>All passes have the same four slots: {@link Pass#FORWARD} reads source, weights and bias and writes the result;
 * {@link Pass#BACKWARD_DATA} reads the result's gradient and the weights and writes the source's gradient;
 * {@link Pass#BACKWARD_WEIGHTS} reads source and result's gradient and writes the gradients of weights and bias. A
 * slot whose layout the spec left open is brought in and out by {@link #reorderInto} and {@link #reorderFrom}. One
 * thread at a time may execute an object.
 */
public final class OneDnnConvolution implements AutoCloseable {

    /** Which of the three computations. */
    public enum Pass {
        /** The convolution itself. */
        FORWARD,
        /** The gradient of the source. */
        BACKWARD_DATA,
        /** The gradients of weights and bias. */
        BACKWARD_WEIGHTS
    }

    /** The tensors of a convolution, or their gradients. */
    public enum Slot {
        /** (N, C, spatial...). */
        SOURCE,
        /** (O, C, kernel...), or with groups (G, O/G, C/G, kernel...). */
        WEIGHTS,
        /** (N, O, spatial...). */
        RESULT,
        /** (O). */
        BIAS
    }

    private static final int MOST_OPERANDS = 3;

    private final Spec spec;
    private final Primitive primitive;
    private final int firstOperand;
    private final int operandCount;

    /**
     * What to convolve. Lists have one entry for each spatial dim.
     *
     * @param pass which computation
     * @param source (N, C, spatial...), or its gradient
     * @param weights (O, C, kernel...), with groups (G, O/G, C/G, kernel...), or their gradient
     * @param bias (O), or its gradient; none in {@link Pass#BACKWARD_DATA}
     * @param result (N, O, spatial...), or its gradient
     * @param strides step of the kernel, 1 or more
     * @param dilations distance between kernel elements, 1 for a dense kernel
     * @param paddingBefore zeros before the first element
     * @param paddingAfter zeros behind the last element
     * @param postOps for {@link Pass#FORWARD}; at most three take an operand
     * @param math how f32 is multiplied
     */
    public record Spec(Pass pass, OneDnnTensor source, OneDnnTensor weights, Optional<OneDnnTensor> bias,
            OneDnnTensor result, List<Long> strides, List<Long> dilations, List<Long> paddingBefore,
            List<Long> paddingAfter, List<OneDnnPostOp> postOps, OneDnnMath math) {

        /** Checks ranks and ranges; whether the sizes agree is the library's to say. */
        public Spec {
            Objects.requireNonNull(pass, "pass");
            Objects.requireNonNull(math, "math");
            strides = List.copyOf(strides);
            dilations = List.copyOf(dilations);
            paddingBefore = List.copyOf(paddingBefore);
            paddingAfter = List.copyOf(paddingAfter);
            postOps = List.copyOf(postOps);
            int rank = source.dims().size();
            int weightRank = weights.dims().size();
            String shapes = "convolution: " + source + " * " + weights + " -> " + result + ": ";
            if (rank < 3 || rank > 5 || result.dims().size() != rank || weightRank < rank || weightRank > rank + 1) {
                throw new IllegalArgumentException(shapes + "ranks are N, C and 1 to 3 spatial dims, weights the same "
                        + "or one more for groups");
            }
            for (List<Long> list : List.of(strides, dilations, paddingBefore, paddingAfter)) {
                if (list.size() != rank - 2) {
                    throw new IllegalArgumentException(shapes + (rank - 2) + " spatial dims need as many values, not "
                            + list);
                }
            }
            if (Collections.min(strides) < 1 || Collections.min(dilations) < 1) {
                throw new IllegalArgumentException(shapes + "strides " + strides + " and dilations " + dilations
                        + " are at least 1");
            }
            if (pass != Pass.FORWARD && !postOps.isEmpty() || pass == Pass.BACKWARD_DATA && bias.isPresent()) {
                throw new IllegalArgumentException(shapes + "post-ops belong to the forward pass, and the gradient of "
                        + "the source has no bias");
            }
            Descriptors.checkOperands("convolution", bias, postOps, rank, MOST_OPERANDS);
        }

        /** A convolution of two spatial dims with the same stride and zeros on all sides. */
        public static Spec of(Pass pass, OneDnnTensor source, OneDnnTensor weights, OneDnnTensor result, long stride,
                long padding) {
            List<Long> pads = Collections.nCopies(source.dims().size() - 2, padding);
            return new Spec(pass, source, weights, Optional.empty(), result,
                    Collections.nCopies(pads.size(), stride), Collections.nCopies(pads.size(), 1L), pads, pads,
                    List.of(), OneDnnMath.F32);
        }

        /** The same with a bias. */
        public Spec withBias(OneDnnTensor newBias) {
            return new Spec(pass, source, weights, Optional.of(newBias), result, strides, dilations, paddingBefore,
                    paddingAfter, postOps, math);
        }

        /** The same with these post-ops in place of others. */
        public Spec withPostOps(OneDnnPostOp... newPostOps) {
            return new Spec(pass, source, weights, bias, result, strides, dilations, paddingBefore, paddingAfter,
                    List.of(newPostOps), math);
        }

        /** The same with this distance between kernel elements in every dim. */
        public Spec withDilation(long dilation) {
            return new Spec(pass, source, weights, bias, result, strides,
                    Collections.nCopies(strides.size(), dilation), paddingBefore, paddingAfter, postOps, math);
        }

        /** The same with f32 multiplied this way. */
        public Spec withMath(OneDnnMath newMath) {
            return new Spec(pass, source, weights, bias, result, strides, dilations, paddingBefore, paddingAfter,
                    postOps, newMath);
        }

        /** The operation as messages name it. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("convolution");
            text.append(switch (pass) {
                case FORWARD -> "";
                case BACKWARD_DATA -> " gradient of source";
                case BACKWARD_WEIGHTS -> " gradient of weights";
            });
            text.append(' ').append(source).append(" * ").append(weights);
            bias.ifPresent(t -> text.append(" + ").append(t));
            text.append(" -> ").append(result).append(" strides ").append(strides).append(" dilations ")
                    .append(dilations).append(" padding ").append(paddingBefore).append(paddingAfter);
            postOps.forEach(p -> text.append(", ").append(p));
            return math == OneDnnMath.F32 ? text.toString() : text.append(" in ").append(math).toString();
        }
    }

    OneDnnConvolution(OneDnn owner, Spec spec) {
        this.spec = spec;
        List<Argument> arguments = new ArrayList<>(arguments(spec));
        List<Argument> operands = Argument.operands(spec.postOps());
        firstOperand = arguments.size();
        operandCount = operands.size();
        arguments.addAll(operands);
        try (Descriptors d = new Descriptors(spec.toString())) {
            MemorySegment attributes = d.attributes(spec.postOps(), spec.math(), spec.result().dims().size());
            Call call = new Call(owner.engine(), spec, d, attributes);
            primitive = new Primitive(owner, d, arguments, switch (spec.pass()) {
                case FORWARD -> call::forward;
                case BACKWARD_DATA -> call.backwardData();
                case BACKWARD_WEIGHTS -> call.backwardWeights();
            });
        }
    }

    /** In the order of {@link Slot}. */
    private static List<Argument> arguments(Spec spec) {
        boolean data = spec.pass() == Pass.BACKWARD_DATA;
        boolean update = spec.pass() == Pass.BACKWARD_WEIGHTS;
        boolean forward = spec.pass() == Pass.FORWARD;
        int weights = update ? Dnnl.dnnl_query_diff_weights_md() : Dnnl.dnnl_query_weights_md();
        List<Argument> arguments = new ArrayList<>();
        arguments.add(new Argument(data ? "source gradient" : "source",
                data ? Dnnl.DNNL_ARG_DIFF_SRC() : Dnnl.DNNL_ARG_SRC(),
                data ? Dnnl.dnnl_query_diff_src_md() : Dnnl.dnnl_query_src_md(), 0, data, spec.source()));
        arguments.add(new Argument(update ? "weight gradient" : "weights",
                update ? Dnnl.DNNL_ARG_DIFF_WEIGHTS() : Dnnl.DNNL_ARG_WEIGHTS(), weights, 0, update, spec.weights()));
        arguments.add(new Argument(forward ? "result" : "result gradient",
                forward ? Dnnl.DNNL_ARG_DST() : Dnnl.DNNL_ARG_DIFF_DST(),
                forward ? Dnnl.dnnl_query_dst_md() : Dnnl.dnnl_query_diff_dst_md(), 0, forward, spec.result()));
        spec.bias().ifPresent(bias -> arguments.add(new Argument(update ? "bias gradient" : "bias",
                update ? Dnnl.DNNL_ARG_DIFF_BIAS() : Dnnl.DNNL_ARG_BIAS(), weights, 1, update, bias)));
        return arguments;
    }

    /** The library call of each pass; a gradient is told of its forward pass by a descriptor of it. */
    private static final class Call {
        private final MemorySegment engine;
        private final Spec spec;
        private final Descriptors descriptors;
        private final MemorySegment attributes;
        private final MemorySegment source;
        private final MemorySegment weights;
        private final MemorySegment bias;
        private final MemorySegment result;
        private final MemorySegment strides;
        private final MemorySegment dilations;
        private final MemorySegment before;
        private final MemorySegment after;

        Call(MemorySegment engine, Spec spec, Descriptors descriptors, MemorySegment attributes) {
            this.engine = engine;
            this.spec = spec;
            this.descriptors = descriptors;
            this.attributes = attributes;
            source = descriptors.memory(spec.source());
            weights = descriptors.memory(spec.weights());
            bias = spec.bias().map(descriptors::memory).orElse(MemorySegment.NULL);
            result = descriptors.memory(spec.result());
            strides = descriptors.dims(spec.strides());
            dilations = descriptors.dims(spec.dilations().stream().map(d -> d - 1).toList()); // the library counts gaps
            before = descriptors.dims(spec.paddingBefore());
            after = descriptors.dims(spec.paddingAfter());
        }

        int forward(MemorySegment out) {
            return forward(out, source, weights);
        }

        private int forward(MemorySegment out, MemorySegment from, MemorySegment by) {
            return Dnnl.dnnl_convolution_forward_primitive_desc_create(out, engine, Dnnl.dnnl_forward_training(),
                    Dnnl.dnnl_convolution_direct(), from, by, bias, result, strides, dilations, before, after,
                    attributes);
        }

        /** The forward pass of a gradient whose own type may be wider than the operands': source and weights agree. */
        private MemorySegment hint(OneDnnTensor from, OneDnnTensor by) {
            MemorySegment fromMemory = descriptors.memory(from);
            MemorySegment byMemory = descriptors.memory(by);
            return descriptors.hint(out -> forward(out, fromMemory, byMemory));
        }

        private static OneDnnTensor typed(OneDnnTensor t, OneDnnType type) {
            return new OneDnnTensor(type, t.dims(), t.strides());
        }

        ToIntFunction<MemorySegment> backwardData() {
            MemorySegment hint = hint(typed(spec.source(), spec.weights().type()), spec.weights());
            return out -> Dnnl.dnnl_convolution_backward_data_primitive_desc_create(out, engine,
                    Dnnl.dnnl_convolution_direct(), source, weights, result, strides, dilations, before, after, hint,
                    attributes);
        }

        ToIntFunction<MemorySegment> backwardWeights() {
            MemorySegment hint = hint(spec.source(), typed(spec.weights(), spec.source().type()));
            return out -> Dnnl.dnnl_convolution_backward_weights_primitive_desc_create(out, engine,
                    Dnnl.dnnl_convolution_direct(), source, weights, bias, result, strides, dilations, before, after,
                    hint, attributes);
        }
    }

    /** What is convolved. */
    public Spec spec() {
        return spec;
    }

    /** Bytes of a slot in the layout used here. */
    public long bytes(Slot slot) {
        return primitive.bytes(index(slot));
    }

    /** Bytes of scratch memory that each execution needs; 0 for none. */
    public long scratchpadBytes() {
        return primitive.scratchpadBytes();
    }

    /** Whether {@code plain} is not the layout used here for a slot. */
    public boolean needsReorder(Slot slot, OneDnnTensor plain) {
        return !primitive.hasLayout(index(slot), plain);
    }

    /** Makes the copy from {@code plain} into the layout used here. */
    public OneDnnReorder reorderInto(Slot slot, OneDnnTensor plain) {
        return primitive.reorderInto(index(slot), plain);
    }

    /** Makes the copy from the layout used here to {@code plain}. */
    public OneDnnReorder reorderFrom(Slot slot, OneDnnTensor plain) {
        return primitive.reorderFrom(index(slot), plain);
    }

    /** The library's name for the code it chose. */
    public String code() {
        return primitive.code();
    }

    private int index(Slot slot) {
        if (slot == Slot.BIAS && spec.bias().isEmpty()) {
            throw new IllegalArgumentException(spec + " has no bias");
        }
        return slot.ordinal();
    }

    /**
     * Computes the pass. Nothing is allocated. Segments hold at least {@link #bytes}; a bias that the spec does not have
     * is {@link MemorySegment#NULL}.
     *
     * @param operands what post-ops combine with, in their order
     * @throws IllegalArgumentException when a segment is unfit, naming it, or there are too few or too many operands
     * @throws OneDnnException when the library fails
     */
    public void execute(MemorySegment source, MemorySegment weights, MemorySegment bias, List<MemorySegment> operands,
            MemorySegment result, MemorySegment scratchpad) {
        if (operands.size() != operandCount) {
            throw new IllegalArgumentException(spec + " has " + operandCount + " operands of post-ops, given were " + operands.size());
        }
        primitive.bind(Slot.SOURCE.ordinal(), source);
        primitive.bind(Slot.WEIGHTS.ordinal(), weights);
        primitive.bind(Slot.RESULT.ordinal(), result);
        primitive.bindOptional(spec.bias().isPresent() ? Slot.BIAS.ordinal() : -1, bias, "bias");
        for (int i = 0; i < operandCount; i++) {
            primitive.bind(firstOperand + i, operands.get(i));
        }
        primitive.bindScratchpad(scratchpad);
        primitive.run();
    }

    @Override
    public void close() {
        primitive.close();
    }

    /** The operation as messages name it. */
    @Override
    public String toString() {
        return spec.toString();
    }
}
