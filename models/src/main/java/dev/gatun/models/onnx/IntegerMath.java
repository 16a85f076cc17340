package dev.gatun.models.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** Arithmetic of integers that are known when a model is imported, in 64 bits as the format has it. */
final class IntegerMath {
    private static final Map<String, LongBinaryOperator> BINARY = Map.of(
            "Add", Math::addExact,
            "Sub", Math::subtractExact,
            "Mul", Math::multiplyExact,
            "Div", IntegerMath::divide,
            "Mod", IntegerMath::modulo,
            "Max", Math::max,
            "Min", Math::min);
    private static final Map<String, LongUnaryOperator> UNARY = Map.of(
            "Neg", Math::negateExact,
            "Abs", Math::absExact,
            "Sign", Long::signum);

    private IntegerMath() {}

    private static long divide(long a, long b) {
        if (b == 0) throw new ArithmeticException("division by zero");
        return a / b;
    }

    private static long modulo(long a, long b) {
        if (b == 0) throw new ArithmeticException("division by zero");
        return Math.floorMod(a, b);
    }

    /** The result of a node over integers; {@code null} for operators that are no such arithmetic. */
    static Literal apply(Call call, List<Literal> x) {
        LongUnaryOperator unary = UNARY.get(call.operator());
        if (unary != null && x.size() == 1) {
            return new Literal(x.get(0).dtype(), x.get(0).dims(), null, Arrays.stream(x.get(0).integers()).map(unary).toArray());
        }
        LongBinaryOperator binary = BINARY.get(call.operator());
        if (binary == null || call.flag("fmod", false)) return null;
        Literal sum = x.get(0);
        for (Literal next : x.subList(1, x.size())) sum = apply(call, binary, sum, next);
        return sum;
    }

    private static Literal apply(Call call, LongBinaryOperator f, Literal a, Literal b) {
        int rank = Math.max(a.dims().size(), b.dims().size());
        List<Integer> dims = new ArrayList<>();
        long elements = 1;
        for (int i = rank; i > 0; i--) {
            int p = size(a, i);
            int q = size(b, i);
            call.require(p == q || p == 1 || q == 1, "shapes do not broadcast: " + a.dims() + " and " + b.dims());
            dims.add(p == 1 ? q : p);
            elements *= dims.getLast();
        }
        call.require(elements <= Folding.LARGEST, "a shape computation of " + elements + " elements");
        long[] y = new long[(int) elements];
        for (int i = 0; i < y.length; i++) y[i] = f.applyAsLong(a.integers()[place(a, dims, i)], b.integers()[place(b, dims, i)]);
        return new Literal(a.dtype(), dims, null, y);
    }

    /** Size of the dimension that is {@code i} from the end. */
    private static int size(Literal x, int i) {
        return i > x.dims().size() ? 1 : x.dims().get(x.dims().size() - i);
    }

    /** Where the element of a stretched tensor lies in the operand. */
    private static int place(Literal x, List<Integer> dims, int index) {
        int at = 0;
        int stride = 1;
        for (int i = 1; i <= dims.size(); i++) {
            int size = dims.get(dims.size() - i);
            int own = size(x, i);
            if (own != 1) at += index % size * stride;
            stride *= own;
            index /= size;
        }
        return at;
    }
}
