package dev.gatun.bindings;

import dev.gatun.bindings.onednn.Dnnl;
import java.util.Locale;
import java.util.Objects;

/** What a primitive does to each result element, in f32, before it is stored; the operations run in list order. */
public sealed interface OneDnnPostOp {

    /** Functions of one element. */
    enum Function {
        /** {@code max(x, 0)}, or {@code alpha x} below 0. */
        RELU(Dnnl.dnnl_eltwise_relu()),
        /** {@code x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}. */
        GELU_TANH(Dnnl.dnnl_eltwise_gelu_tanh()),
        /** {@code x/2 (1 + erf(x / sqrt 2))}. */
        GELU_ERF(Dnnl.dnnl_eltwise_gelu_erf()),
        /** {@code alpha x + beta}. */
        LINEAR(Dnnl.dnnl_eltwise_linear()),
        /** {@code tanh x}. */
        TANH(Dnnl.dnnl_eltwise_tanh()),
        /** {@code 1 / (1 + exp -x)}. */
        LOGISTIC(Dnnl.dnnl_eltwise_logistic());

        private final int code;

        Function(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    /** How an operand is combined with the result. */
    enum Combination {
        /** {@code x + operand}. */
        ADD(Dnnl.dnnl_binary_add()),
        /** {@code x * operand}. */
        MULTIPLY(Dnnl.dnnl_binary_mul());

        private final int code;

        Combination(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    /**
     * A function of the element.
     *
     * @param alpha used by RELU and LINEAR
     * @param beta used by LINEAR
     */
    record Eltwise(Function function, float alpha, float beta) implements OneDnnPostOp {
        /** Rejects nulls. */
        public Eltwise {
            Objects.requireNonNull(function, "function");
        }

        @Override
        public String toString() {
            String name = function.name().toLowerCase(Locale.ROOT);
            return alpha == 0 && beta == 0 ? name : name + "(" + alpha + "," + beta + ")";
        }
    }

    /** Adds {@code scale} times what the destination holds: 1 accumulates. */
    record Sum(float scale) implements OneDnnPostOp {
        @Override
        public String toString() {
            return "sum(" + scale + ")";
        }
    }

    /**
     * Combines with an operand of the destination's dims, or with dims of 1 where it is repeated (a rank below the
     * destination's counts from the last dim). The operand's memory is given at execution and must not overlap the
     * destination.
     */
    record Binary(Combination combination, OneDnnTensor operand) implements OneDnnPostOp {
        /** Rejects nulls. */
        public Binary {
            Objects.requireNonNull(combination, "combination");
            Objects.requireNonNull(operand, "operand");
        }

        @Override
        public String toString() {
            return combination.name().toLowerCase(Locale.ROOT) + " " + operand;
        }
    }

    /** {@code max(x, 0)}. */
    static OneDnnPostOp relu() {
        return new Eltwise(Function.RELU, 0, 0);
    }

    /** Gelu by its tanh approximation. */
    static OneDnnPostOp geluTanh() {
        return new Eltwise(Function.GELU_TANH, 0, 0);
    }

    /** Gelu by the error function. */
    static OneDnnPostOp geluErf() {
        return new Eltwise(Function.GELU_ERF, 0, 0);
    }

    /** {@code factor x}. */
    static OneDnnPostOp scale(float factor) {
        return new Eltwise(Function.LINEAR, factor, 0);
    }

    /** Accumulates into what the destination holds. */
    static OneDnnPostOp accumulate() {
        return new Sum(1);
    }

    /** Adds an operand, e.g. a residual branch. */
    static OneDnnPostOp add(OneDnnTensor operand) {
        return new Binary(Combination.ADD, operand);
    }

    /** Multiplies with an operand, e.g. a dropout mask. */
    static OneDnnPostOp multiply(OneDnnTensor operand) {
        return new Binary(Combination.MULTIPLY, operand);
    }
}
