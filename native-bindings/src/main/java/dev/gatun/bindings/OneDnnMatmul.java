package dev.gatun.bindings;

import dev.gatun.bindings.Primitive.Argument;
import dev.gatun.bindings.onednn.Dnnl;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A matrix product {@code c = post(a · b + bias)}, batched over leading dims.
 *
 * <p>Any of the matrices may be transposed by its strides. When {@code b} leaves its layout open, it must be packed
 * with {@link #packer} after each change; {@link #weightBytes} says how large it is then. One thread at a time may
 * execute an object; two threads working on slices make one each.
 */
public final class OneDnnMatmul implements AutoCloseable {
    private static final int A = 0;
    private static final int B = 1;
    private static final int C = 2;

    private final Spec spec;
    private final Primitive primitive;
    private final int bias;
    private final int residual;

    /**
     * What to multiply.
     *
     * @param a (batch..., M, K)
     * @param b (batch..., K, N), or of open layout
     * @param bias (N) or any shape that repeats over c
     * @param c (batch..., M, N)
     * @param postOps what happens to each element before it is stored; at most one takes an operand
     * @param math how f32 is multiplied
     */
    public record Spec(OneDnnTensor a, OneDnnTensor b, Optional<OneDnnTensor> bias, OneDnnTensor c,
            List<OneDnnPostOp> postOps, OneDnnMath math) {

        /** Checks ranks; whether the sizes agree is the library's to say. */
        public Spec {
            Objects.requireNonNull(math, "math");
            postOps = List.copyOf(postOps);
            int rank = c.dims().size();
            if (rank < 2 || a.dims().size() != rank || b.dims().size() != rank) {
                throw new IllegalArgumentException(
                        "matmul: a, b and c have the same rank of 2 or more: " + a + " x " + b + " -> " + c);
            }
            if (a.isAny() || c.isAny()) {
                throw new IllegalArgumentException(
                        "matmul: only b may leave its layout open: " + a + " x " + b + " -> " + c);
            }
            Descriptors.checkOperands("matmul", bias, postOps, rank, 1);
        }

        /** Plain product in f32 arithmetic. */
        public static Spec of(OneDnnTensor a, OneDnnTensor b, OneDnnTensor c) {
            return new Spec(a, b, Optional.empty(), c, List.of(), OneDnnMath.F32);
        }

        /** The same with a bias. */
        public Spec withBias(OneDnnTensor newBias) {
            return new Spec(a, b, Optional.of(newBias), c, postOps, math);
        }

        /** The same with these post-ops in place of others. */
        public Spec withPostOps(OneDnnPostOp... newPostOps) {
            return new Spec(a, b, bias, c, List.of(newPostOps), math);
        }

        /** The same with {@code b} in this layout. */
        public Spec withWeights(OneDnnTensor newB) {
            return new Spec(a, newB, bias, c, postOps, math);
        }

        /** The same with f32 multiplied this way. */
        public Spec withMath(OneDnnMath newMath) {
            return new Spec(a, b, bias, c, postOps, newMath);
        }

        /** The operation as messages name it. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("matmul ").append(a).append(" x ").append(b);
            bias.ifPresent(t -> text.append(" + ").append(t));
            text.append(" -> ").append(c);
            postOps.forEach(p -> text.append(", ").append(p));
            return math == OneDnnMath.F32 ? text.toString() : text.append(" in ").append(math).toString();
        }
    }

    OneDnnMatmul(OneDnn owner, Spec spec) {
        this.spec = spec;
        List<Argument> arguments = new ArrayList<>(List.of(
                new Argument("a", Dnnl.DNNL_ARG_SRC(), Dnnl.dnnl_query_src_md(), 0, false, spec.a()),
                new Argument("b", Dnnl.DNNL_ARG_WEIGHTS(), Dnnl.dnnl_query_weights_md(), 0, false, spec.b()),
                new Argument("c", Dnnl.DNNL_ARG_DST(), Dnnl.dnnl_query_dst_md(), 0, true, spec.c())));
        bias = spec.bias().isPresent() ? arguments.size() : -1;
        if (bias >= 0) {
            arguments.add(new Argument(
                    "bias", Dnnl.DNNL_ARG_BIAS(), Dnnl.dnnl_query_weights_md(), 1, false, spec.bias().get()));
        }
        List<Argument> operands = Argument.operands(spec.postOps());
        residual = operands.isEmpty() ? -1 : arguments.size();
        arguments.addAll(operands);
        int rank = spec.c().dims().size();
        try (Descriptors d = new Descriptors(spec.toString())) {
            MemorySegment a = d.memory(spec.a());
            MemorySegment b = d.memory(spec.b());
            MemorySegment c = d.memory(spec.c());
            MemorySegment biases = spec.bias().map(t -> d.memory(t.leadingOnes(rank))).orElse(MemorySegment.NULL);
            MemorySegment attributes = d.attributes(spec.postOps(), spec.math(), rank);
            primitive = new Primitive(owner, d, arguments, out ->
                    Dnnl.dnnl_matmul_primitive_desc_create(out, owner.engine(), a, b, biases, c, attributes));
        }
    }

    /** What is multiplied. */
    public Spec spec() {
        return spec;
    }

    /** Bytes of {@code b} in the layout that this product reads: packed when the spec left it open. */
    public long weightBytes() {
        return primitive.bytes(B);
    }

    /** Bytes of scratch memory that each execution needs; 0 for none. */
    public long scratchpadBytes() {
        return primitive.scratchpadBytes();
    }

    /** Whether {@code b} as {@code plain} lies is not yet what this product reads. */
    public boolean needsPacking(OneDnnTensor plain) {
        return !primitive.hasLayout(B, plain);
    }

    /** Makes the copy that packs {@code plain}, of b's dims but perhaps another type, into the layout read here. */
    public OneDnnReorder packer(OneDnnTensor plain) {
        return primitive.reorderInto(B, plain);
    }

    /** The library's name for the code it chose. */
    public String code() {
        return primitive.code();
    }

    /**
     * Multiplies. Nothing is allocated. Segments hold at least the bytes of their tensors; an operand that the spec
     * does not have is {@link MemorySegment#NULL}. {@code residual} is what a post-op combines with and does not
     * overlap {@code c}; to add to what {@code c} holds there is {@link OneDnnPostOp#accumulate()}.
     *
     * @throws IllegalArgumentException when a segment is unfit, naming it
     * @throws OneDnnException when the library fails
     */
    public void execute(MemorySegment a, MemorySegment b, MemorySegment biases, MemorySegment residuals,
            MemorySegment c, MemorySegment scratchpad) {
        primitive.bind(A, a);
        primitive.bind(B, b);
        primitive.bind(C, c);
        primitive.bindOptional(bias, biases, "bias");
        primitive.bindOptional(residual, residuals, "residual");
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
