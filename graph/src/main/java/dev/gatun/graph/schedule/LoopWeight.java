package dev.gatun.graph.schedule;

import dev.gatun.graph.ops.Cos;
import dev.gatun.graph.ops.Div;
import dev.gatun.graph.ops.Erf;
import dev.gatun.graph.ops.Exp;
import dev.gatun.graph.ops.Log;
import dev.gatun.graph.ops.Pointwise;
import dev.gatun.graph.ops.Rsqrt;
import dev.gatun.graph.ops.Sin;
import dev.gatun.graph.ops.Sqrt;
import dev.gatun.graph.ops.Tanh;

/** How much code a loop becomes, roughly in vector instructions. */
final class LoopWeight {
    private LoopWeight() {}

    static int of(Loop loop) {
        return loop.body().stream().mapToInt(LoopWeight::of).sum();
    }

    private static int of(Loop.Instr instr) {
        return switch (instr) {
            case Loop.Apply a -> of(a.op());
            case Loop.RowReduce r -> 8;
            case Loop.ColumnReduce c -> 3;
            default -> 1;
        };
    }

    private static int of(Pointwise op) {
        return switch (op) {
            case Exp e -> 20;
            case Log l -> 25;
            case Tanh t -> 30;
            case Erf e -> 40;
            case Sin s -> 40;
            case Cos c -> 40;
            case Div d -> 2;
            case Sqrt s -> 2;
            case Rsqrt r -> 3;
            default -> 1;
        };
    }
}
