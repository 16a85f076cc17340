package dev.gatun.graph.ops;

/**
 * Element by element: operands of one shape, a result of the same shape. Everything pointwise can be fused into
 * the loop that reads or writes it. Broadcasting is a {@link Broadcast} of its own before the op.
 */
public sealed interface Pointwise extends Op
        permits Abs, And, Arithmetic, Cast, Div, Equal, Less, Neg, Not, Or, RealFunction, Select {

    /** How many operands the op takes. */
    int arity();

    /**
     * The formula for one element, in double; truth values are 0 and 1. The reference backend and constant folding
     * compute with it; a backend's vector code is tested against it.
     */
    double apply(double... x);
}
