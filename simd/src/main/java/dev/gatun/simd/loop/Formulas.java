package dev.gatun.simd.loop;

import static dev.gatun.simd.loop.Asm.FLOATS;
import static dev.gatun.simd.loop.Asm.INTS;

import dev.gatun.graph.ops.Abs;
import dev.gatun.graph.ops.Add;
import dev.gatun.graph.ops.And;
import dev.gatun.graph.ops.Cast;
import dev.gatun.graph.ops.Cos;
import dev.gatun.graph.ops.Div;
import dev.gatun.graph.ops.Equal;
import dev.gatun.graph.ops.Erf;
import dev.gatun.graph.ops.Exp;
import dev.gatun.graph.ops.Less;
import dev.gatun.graph.ops.Log;
import dev.gatun.graph.ops.Max;
import dev.gatun.graph.ops.Min;
import dev.gatun.graph.ops.Mul;
import dev.gatun.graph.ops.Neg;
import dev.gatun.graph.ops.Not;
import dev.gatun.graph.ops.Or;
import dev.gatun.graph.ops.Pointwise;
import dev.gatun.graph.ops.Rsqrt;
import dev.gatun.graph.ops.Select;
import dev.gatun.graph.ops.Sin;
import dev.gatun.graph.ops.Sqrt;
import dev.gatun.graph.ops.Sub;
import dev.gatun.graph.ops.Tanh;
import dev.gatun.graph.types.DType;
import java.lang.constant.ClassDesc;

/** Writes pointwise ops as vector code: operands in locals, the result on the stack. */
final class Formulas {
    private final Asm asm;
    private final VectorMath math;

    Formulas(Asm asm) {
        this.asm = asm;
        this.math = new VectorMath(asm);
    }

    /** The vector class that holds a type; truth values are masks. */
    static ClassDesc vector(DType type) {
        return switch (type) {
            case F32, BF16 -> FLOATS;
            case I32 -> INTS;
            case BOOL -> Asm.MASK;
        };
    }

    /**
     * Writes one op.
     *
     * @param op what to compute
     * @param type type of its first operand, for Select of the second
     * @param x locals of its operands
     */
    void write(Pointwise op, DType type, int... x) {
        ClassDesc v = vector(type);
        switch (op) {
            case Add _ -> asm.binary(v, "add", x[0], x[1]);
            case Sub _ -> asm.binary(v, "sub", x[0], x[1]);
            case Mul _ -> asm.binary(v, "mul", x[0], x[1]);
            case Div _ -> asm.binary(v, "div", x[0], x[1]);
            case Max _ -> better(v, "LT", x);
            case Min _ -> better(v, "GT", x);
            case Neg _ -> unary(v, "neg", x[0]);
            case Abs _ -> unary(v, "abs", x[0]);
            case Sqrt _ -> unary(v, "sqrt", x[0]);
            case Rsqrt _ -> math.rsqrt(x[0]);
            case Exp _ -> math.exp(x[0], true);
            case Log _ -> math.log(x[0]);
            case Tanh _ -> math.tanh(x[0]);
            case Erf _ -> math.erf(x[0]);
            case Sin _ -> operator("SIN", x[0]);
            case Cos _ -> operator("COS", x[0]);
            case And _ -> logic("and", x);
            case Or _ -> logic("or", x);
            case Not _ -> {
                asm.load(x[0]);
                asm.mask("not");
            }
            case Less _ -> less(type, x[0], x[1]);
            case Equal _ -> equal(type, x[0], x[1]);
            case Select _ -> select(type, x[0], x[1], x[2]);
            case Cast c -> cast(type, c.to(), x[0]);
        }
    }

    /** {@code exp} of a value that is not above 0, or NaN. */
    void expOfNegative(int x) {
        math.exp(x, false);
    }

    /** {@code a * b + c}. */
    void multiplyAdd(int a, int b, int c) {
        asm.load(a);
        asm.fma(b, c);
    }

    private void unary(ClassDesc v, String name, int x) {
        asm.load(x);
        asm.unary(v, name);
    }

    private void operator(String name, int x) {
        asm.load(x);
        asm.lanewise(FLOATS, name);
    }

    private void better(ClassDesc v, String comparison, int[] x) {
        if (v.equals(FLOATS)) {
            math.better(comparison, x[0], x[1]);
        } else {
            asm.binary(INTS, comparison.equals("LT") ? "max" : "min", x[0], x[1]);
        }
    }

    private void logic(String name, int[] x) {
        asm.load(x[0]);
        asm.mask(name, x[1]);
    }

    private void less(DType type, int a, int b) {
        if (type == DType.BOOL) {
            asm.load(b);
            asm.mask("andNot", a);
        } else {
            asm.compare(vector(type), a, "LT", b);
        }
    }

    private void equal(DType type, int a, int b) {
        if (type != DType.BOOL) {
            asm.compare(vector(type), a, "EQ", b);
            return;
        }
        asm.load(a);
        asm.mask("andNot", b);
        int onlyA = asm.store();
        asm.load(b);
        asm.mask("andNot", a);
        asm.mask("or", onlyA);
        asm.mask("not");
    }

    private void select(DType type, int condition, int a, int b) {
        if (type != DType.BOOL) {
            asm.load(b);
            asm.blend(vector(type), a, condition);
            return;
        }
        asm.load(b);
        asm.mask("andNot", condition);
        int otherwise = asm.store();
        asm.load(a);
        asm.mask("and", condition);
        asm.mask("or", otherwise);
    }

    private void cast(DType from, DType to, int x) {
        DType target = to == DType.BF16 ? DType.F32 : to;
        switch (target) {
            case BOOL -> {
                if (from == DType.BOOL) asm.load(x);
                else asm.compare(vector(from), x, "NE", zero(from));
            }
            case I32 -> {
                if (from == DType.F32) {
                    asm.load(x);
                    asm.convert(FLOATS, "F2I", INTS);
                } else {
                    number(from, DType.I32, x);
                }
            }
            case F32, BF16 -> {
                if (from == DType.I32) {
                    asm.load(x);
                    asm.convert(INTS, "I2F", FLOATS);
                } else {
                    number(from, DType.F32, x);
                }
            }
        }
    }

    private int zero(DType type) {
        return type == DType.I32 ? asm.constant(0) : asm.constant(0f);
    }

    /** 0 or 1 from a truth value; a number as it is. */
    void number(DType from, DType to, int x) {
        if (from != DType.BOOL) {
            asm.load(x);
            return;
        }
        asm.load(zero(to));
        asm.blend(vector(to), to == DType.I32 ? asm.constant(1) : asm.constant(1f), x);
    }
}
