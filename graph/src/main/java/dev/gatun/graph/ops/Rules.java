package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.graph.types.TypeException;
import java.util.List;

/** Checks that type rules share. */
final class Rules {
    private Rules() {}

    static void count(List<TensorType> operands, int n) {
        require(operands.size() == n, "takes " + n + " operands, got " + operands.size());
    }

    static void require(boolean holds, String rule) {
        if (!holds) throw new TypeException(rule);
    }

    /** All operands of one type; returns it. */
    static TensorType same(List<TensorType> operands) {
        TensorType first = operands.getFirst();
        for (TensorType t : operands) {
            require(t.dtype() == first.dtype(), "element types differ");
            require(t.shape().equals(first.shape()), "shapes differ");
        }
        return first;
    }

    static TensorType floating(TensorType t) {
        require(t.dtype().isFloating(), "needs a floating-point operand");
        return t;
    }

    static void dtype(TensorType t, DType wanted, String what) {
        require(t.dtype() == wanted, what + " must be " + wanted);
    }

    /** An axis in range, counted from the front. */
    static int axis(int axis, int rank) {
        require(axis >= -rank && axis < rank, "axis " + axis + " is out of range for rank " + rank);
        return axis < 0 ? axis + rank : axis;
    }

    /** How many windows fit along an axis. */
    static int windows(int size, int window, int stride, int padding, String what) {
        int padded = Math.addExact(size, Math.multiplyExact(2, padding));
        require(window <= padded, "the kernel spans " + window + " " + what + ", the padded input has " + padded);
        return (padded - window) / stride + 1;
    }
}
