package dev.gatun.simd.loop;

import static dev.gatun.simd.loop.Asm.FLOATS;
import static dev.gatun.simd.loop.Asm.INTS;

/**
 * Functions written inline as vector code. Each takes its argument in a local and leaves the result on the stack.
 *
 * <p>Coefficients are minimax fits over the stated intervals; errors are against double precision.
 */
final class VectorMath {
    private static final float MAGIC = 0x1.8p23f; // adding it rounds to an integer, left in the low bits
    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 0.693145751953125f; // 16 bits: products with exponents are exact
    private static final float LN2_LOW = 1.428606765330187e-06f;
    private static final float[] EXP = {
        1, 1, 0.5f, 0.166665181517601f, 0.04166620597243309f, 0.008368889801204205f, 0.001395049155689776f
    };
    private static final float[] EXP2 = {
        1.0000001192092896f, 0.6931472420692444f, 0.2402210682630539f, 0.05550297349691391f, 0.00967605970799923f, 0.0013410035753622651f
    };
    private static final float[] LOG = {
        0.3333333134651184f, -0.2500081956386566f, 0.20001226663589478f, -0.16623356938362122f, 0.14201757311820984f, -0.13160182535648346f, 0.1276157647371292f, -0.07634496688842773f
    };
    private static final float[] TANH_P = {
        1, 0.13679909706115723f, 0.003868321655318141f, 2.8007334549329244e-05f, 3.058472586303651e-08f, -1.2203248828113189e-11f
    };
    private static final float[] TANH_Q = {
        1, 0.47013241052627563f, 0.027245815843343735f, 0.0003938620211556554f, 1.2873579180450179e-06f
    };
    private static final float[] ERF_SMALL = {
        1.1283791065216064f, -0.3761253356933594f, 0.11282230168581009f, -0.02678195759654045f, 0.005016228649765253f, -0.0006111293914727867f
    };
    private static final float[] ERF_LARGE = { // -log2(1 - erf(x)), x in 0.9..4
        0.0002560725260991603f, 1.6269986629486084f, 0.9190829396247864f, 0.1500941663980484f, -0.03213903680443764f, 0.004408308304846287f, -0.00028447291697375476f
    };

    private final Asm asm;

    VectorMath(Asm asm) {
        this.asm = asm;
    }

    /**
     * {@code exp(n ln2 + r) = 2^n exp(r)}, |r| <= ln2 / 2. 0.9 ulp; results below the normal numbers are 0.
     *
     * @param overflows whether {@code x} can be so large that the result is infinite
     */
    void exp(int x, boolean overflows) {
        asm.load(x);
        asm.fma(asm.constant(LOG2_E), asm.constant(MAGIC));
        int t = asm.store();
        asm.binary(FLOATS, "sub", t, asm.constant(MAGIC));
        int n = asm.store();
        asm.load(n);
        asm.fma(asm.constant(-LN2_HIGH), x);
        int r0 = asm.store();
        asm.load(n);
        asm.fma(asm.constant(-LN2_LOW), r0);
        int r = asm.store();
        asm.horner(r, EXP);
        scale(t);
        int y = asm.store();
        asm.compare(FLOATS, x, "LT", asm.constant(-87.33654f));
        int tiny = asm.store();
        asm.load(y);
        asm.blend(FLOATS, asm.constant(0f), tiny);
        if (!overflows) return;
        int bounded = asm.store();
        asm.compare(FLOATS, x, "GT", asm.constant(88.72283f));
        int huge = asm.store();
        asm.load(bounded);
        asm.blend(FLOATS, asm.constant(Float.POSITIVE_INFINITY), huge);
    }

    /** Multiplies the stack's top by 2 to the integer in the low bits of {@code t}. */
    private void scale(int t) {
        asm.asInts();
        asm.load(t);
        asm.asInts();
        asm.shift("LSHL", 23);
        int power = asm.store();
        asm.then(INTS, "add", power);
        asm.asFloats();
    }

    /** {@code log(2^k m) = k ln2 + log(m)}, m from sqrt(1/2) to sqrt(2). 0.9 ulp, below the normal numbers too. */
    void log(int x) {
        asm.compare(FLOATS, x, "LT", asm.constant(Float.MIN_NORMAL));
        int small = asm.store();
        asm.binary(FLOATS, "mul", x, asm.constant(0x1p25f));
        int lifted = asm.store();
        asm.load(x);
        asm.blend(FLOATS, lifted, small);
        asm.asInts();
        asm.then(INTS, "sub", asm.constant(0x3F3504F3)); // bits of sqrt(1/2)
        int bits = asm.store();
        asm.load(bits);
        asm.shift("ASHR", 23);
        asm.convert(INTS, "I2F", FLOATS);
        int k0 = asm.store();
        asm.binary(FLOATS, "sub", k0, asm.constant(25f));
        int k1 = asm.store();
        asm.load(k0);
        asm.blend(FLOATS, k1, small);
        int k = asm.store();
        asm.load(bits);
        asm.then(INTS, "and", asm.constant(0x7FFFFF));
        asm.then(INTS, "add", asm.constant(0x3F3504F3));
        asm.asFloats();
        asm.then(FLOATS, "sub", asm.constant(1f));
        int f = asm.store();
        asm.binary(FLOATS, "mul", f, f);
        int f2 = asm.store();
        asm.horner(f, LOG);
        asm.then(FLOATS, "mul", f2);
        asm.then(FLOATS, "mul", f);
        int cubic = asm.store();
        asm.load(k);
        asm.fma(asm.constant(LN2_LOW), cubic);
        int low = asm.store();
        asm.load(f2);
        asm.fma(asm.constant(-0.5f), low);
        asm.then(FLOATS, "add", f);
        int nearly = asm.store();
        asm.load(k);
        asm.fma(asm.constant(LN2_HIGH), nearly);
        logEdges(x, asm.store());
    }

    private void logEdges(int x, int y) {
        asm.compare(FLOATS, x, "LT", asm.constant(Float.POSITIVE_INFINITY));
        asm.mask("not");
        int notFinite = asm.store(); // infinity and NaN stand for themselves
        asm.compare(FLOATS, x, "EQ", asm.constant(0f));
        int zero = asm.store();
        asm.compare(FLOATS, x, "LT", asm.constant(0f));
        int negative = asm.store();
        asm.load(y);
        asm.blend(FLOATS, x, notFinite);
        asm.blend(FLOATS, asm.constant(Float.NEGATIVE_INFINITY), zero);
        asm.blend(FLOATS, asm.constant(Float.NaN), negative);
    }

    /** An odd rational function of |x| up to 9.02, 1 beyond. 5 ulp, never above 1. */
    void tanh(int x) {
        int limit = asm.constant(9.02f);
        int a = clampedMagnitude(x, limit);
        asm.binary(FLOATS, "mul", a, a);
        int u = asm.store();
        asm.horner(u, TANH_P);
        asm.then(FLOATS, "mul", a);
        int p = asm.store();
        asm.horner(u, TANH_Q);
        int q = asm.store();
        asm.binary(FLOATS, "div", p, q);
        int y = asm.store();
        int one = asm.constant(1f);
        asm.compare(FLOATS, y, "GT", one);
        int over = asm.store();
        asm.load(y);
        asm.blend(FLOATS, one, over);
        withSign(x);
    }

    /** Below 0.9 a polynomial in x squared, above {@code 1 - 2^-p(|x|)}. Absolute error 1.3e-7, relative 2.5 ulp. */
    void erf(int x) {
        int a = clampedMagnitude(x, asm.constant(4f));
        asm.binary(FLOATS, "mul", a, a);
        int u = asm.store();
        asm.horner(u, ERF_SMALL);
        asm.then(FLOATS, "mul", a);
        int small = asm.store();
        asm.horner(a, ERF_LARGE);
        asm.unary(FLOATS, "neg");
        int z = asm.store();
        asm.binary(FLOATS, "add", z, asm.constant(MAGIC));
        int t = asm.store();
        asm.binary(FLOATS, "sub", t, asm.constant(MAGIC));
        int n = asm.store();
        asm.binary(FLOATS, "sub", z, n);
        int r = asm.store();
        asm.horner(r, EXP2);
        scale(t);
        int tail = asm.store();
        asm.binary(FLOATS, "sub", asm.constant(1f), tail);
        int large = asm.store();
        asm.compare(FLOATS, a, "GT", asm.constant(0.9f));
        int beyond = asm.store();
        asm.load(small);
        asm.blend(FLOATS, large, beyond);
        withSign(x);
    }

    /** {@code min(|x|, limit)}, NaN kept. */
    private int clampedMagnitude(int x, int limit) {
        asm.load(x);
        asm.unary(FLOATS, "abs");
        int magnitude = asm.store();
        asm.compare(FLOATS, magnitude, "GT", limit);
        int beyond = asm.store();
        asm.load(magnitude);
        asm.blend(FLOATS, limit, beyond);
        return asm.store();
    }

    /** Gives the stack's top, which is not negative, the sign of {@code x}. */
    private void withSign(int x) {
        asm.asInts();
        asm.load(x);
        asm.asInts();
        asm.then(INTS, "and", asm.constant(Integer.MIN_VALUE));
        int sign = asm.store();
        asm.then(INTS, "or", sign);
        asm.asFloats();
    }

    /** {@code 1 / sqrt(x)}. */
    void rsqrt(int x) {
        asm.load(asm.constant(1f), x);
        asm.unary(FLOATS, "sqrt");
        int root = asm.store();
        asm.then(FLOATS, "div", root);
    }

    /** The larger ({@code LT}) or the smaller ({@code GT}) of two: the first unless the second beats it. */
    void better(String comparison, int a, int b) {
        asm.compare(FLOATS, a, comparison, b);
        int second = asm.store();
        asm.load(a);
        asm.blend(FLOATS, b, second);
    }

    /** The bf16 bits of each float, as ints: rounded to nearest even, NaN kept. */
    void toBfloat(int x) {
        asm.load(x);
        asm.asInts();
        int bits = asm.store();
        asm.load(bits);
        asm.shift("LSHR", 16);
        int cut = asm.store();
        asm.load(cut);
        asm.then(INTS, "and", asm.constant(1));
        asm.then(INTS, "add", bits);
        asm.then(INTS, "add", asm.constant(0x7FFF));
        asm.shift("LSHR", 16);
        int rounded = asm.store();
        asm.load(cut);
        asm.then(INTS, "or", asm.constant(0x40));
        int quiet = asm.store();
        asm.compare(FLOATS, x, "NE", x);
        int nan = asm.store();
        asm.load(rounded);
        asm.blend(INTS, quiet, nan);
    }
}
