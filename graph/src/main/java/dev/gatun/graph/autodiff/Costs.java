package dev.gatun.graph.autodiff;

import dev.gatun.graph.ops.Abs;
import dev.gatun.graph.ops.Add;
import dev.gatun.graph.ops.And;
import dev.gatun.graph.ops.Cast;
import dev.gatun.graph.ops.Constant;
import dev.gatun.graph.ops.Equal;
import dev.gatun.graph.ops.Iota;
import dev.gatun.graph.ops.Less;
import dev.gatun.graph.ops.Max;
import dev.gatun.graph.ops.Min;
import dev.gatun.graph.ops.Mul;
import dev.gatun.graph.ops.Neg;
import dev.gatun.graph.ops.Not;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Or;
import dev.gatun.graph.ops.Select;
import dev.gatun.graph.ops.Sub;
import dev.gatun.graph.ops.View;

/** What it costs to compute a value again instead of keeping it. */
final class Costs {
    private Costs() {}

    /** Nothing: it is another look at the same memory, or a constant. */
    static boolean isFree(Op op) {
        return op instanceof View || op instanceof Constant || op instanceof Iota;
    }

    /** One instruction of a fused loop. */
    static boolean isCheap(Op op) {
        return switch (op) {
            case Abs a -> true;
            case Add a -> true;
            case And a -> true;
            case Cast c -> true;
            case Equal e -> true;
            case Less l -> true;
            case Max m -> true;
            case Min m -> true;
            case Mul m -> true;
            case Neg n -> true;
            case Not n -> true;
            case Or o -> true;
            case Select s -> true;
            case Sub s -> true;
            default -> false;
        };
    }
}
