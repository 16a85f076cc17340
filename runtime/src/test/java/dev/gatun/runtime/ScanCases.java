package dev.gatun.runtime;

import dev.gatun.graph.ops.LayerNorm;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Pool2d;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Scan.Turn;
import dev.gatun.graph.ops.ScatterAdd;
import dev.gatun.graph.ops.Softmax;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/** Loops with carried values: lengths 1, 2 and 7, both directions, awkward widths. */
final class ScanCases {
    private ScanCases() {}

    static void add(List<OpCase> cases) {
        for (int length : new int[] {1, 2, 7}) {
            for (boolean reverse : new boolean[] {false, true}) {
                String name = " " + length + (reverse ? " reverse" : "");
                sums(cases, name, length, reverse);
                for (int width : new int[] {1, 7, 17, 33}) recurrent(cases, name + " " + width, length, width, reverse);
                for (int width : new int[] {3, 16}) lstm(cases, name + " " + width, length, width, reverse);
            }
        }
        carries(cases);
        constants(cases);
        inside(cases);
    }

    private static TensorType f32(int... dims) {
        return TensorType.of(DType.F32, dims);
    }

    private static void row(List<OpCase> cases, String name, List<TensorType> inputs, OpCase.Body body) {
        cases.add(new OpCase("loop: " + name, inputs, -1, 1, 5, body));
    }

    private static void sums(List<OpCase> cases, String name, int length, boolean reverse) {
        row(cases, "running sum" + name, List.of(f32(3), f32(length, 3)), x -> {
            Turn t = Scan.over(List.of(x.get(0)), List.of(x.get(1)), reverse, (c, s) -> {
                Tensor next = c.getFirst().add(s.getFirst());
                return new Turn(List.of(next), List.of(next));
            });
            return t.outputs().getFirst().mul(t.outputs().getFirst());
        });
        row(cases, "last of a product" + name, List.of(f32(3), f32(length, 3)), x -> Scan.over(
                List.of(x.get(0)), List.of(x.get(1)), reverse,
                (c, s) -> new Turn(List.of(c.getFirst().mul(s.getFirst().add(2))), List.of())).carries().getFirst());
    }

    /** {@code h' = tanh(x W + h U + b)}. */
    private static void recurrent(List<OpCase> cases, String name, int length, int width, boolean reverse) {
        row(cases, "recurrent" + name, List.of(f32(5, width), f32(length, 5, 3), f32(3, width), f32(width, width), f32(width)), x -> {
            Tensor w = x.get(2);
            Turn t = Scan.over(List.of(x.get(0)), List.of(x.get(1)), reverse, (c, s) -> {
                Tensor h = s.getFirst().matmul(w).add(c.getFirst().matmul(x.get(3))).add(x.get(4)).tanh();
                return new Turn(List.of(h), List.of(h, h.mul(2)));
            });
            return t.outputs().get(0).add(t.outputs().get(1)).add(t.carries().getFirst());
        });
    }

    private static void lstm(List<OpCase> cases, String name, int length, int width, boolean reverse) {
        row(cases, "lstm" + name, List.of(f32(5, width), f32(5, width), f32(length, 5, 4 * width), f32(width, 4 * width)), x -> {
            Turn t = Scan.over(List.of(x.get(0), x.get(1)), List.of(x.get(2)), reverse, (c, s) -> {
                List<Tensor> z = s.getFirst().add(c.get(0).matmul(x.get(3))).split(1, 4);
                Tensor cell = z.get(1).sigmoid().mul(c.get(1)).add(z.get(0).sigmoid().mul(z.get(2).tanh()));
                Tensor h = z.get(3).sigmoid().mul(cell.tanh());
                return new Turn(List.of(h, cell), List.of(h));
            });
            return Tensor.concat(0, List.of(t.outputs().getFirst(), t.carries().get(1).reshape(1, 5, width)));
        });
    }

    private static void carries(List<OpCase> cases) {
        row(cases, "carries that change places", List.of(f32(3), f32(3), f32(5, 3)), x -> {
            Turn t = Scan.over(List.of(x.get(0), x.get(1)), List.of(x.get(2)), false,
                    (c, s) -> new Turn(List.of(c.get(1), c.get(0).mul(s.getFirst())), List.of(c.get(0), s.getFirst())));
            return t.outputs().get(0).add(t.outputs().get(1)).add(t.carries().get(0)).add(t.carries().get(1));
        });
        row(cases, "a carry that stays and one that is a constant", List.of(f32(3), f32(3), f32(4, 3)), x -> {
            Turn t = Scan.over(List.of(x.get(0), x.get(1)), List.of(x.get(2)), true, (c, s) -> new Turn(
                    List.of(c.get(0), Tensor.full(DType.F32, Shape.of(3), 2)), List.of(c.get(0).mul(c.get(1)).mul(s.getFirst()))));
            return t.outputs().getFirst().add(t.carries().get(0)).add(t.carries().get(1));
        });
        row(cases, "a counter as index", List.of(f32(6, 3), f32(4, 3)), x -> {
            Tensor zero = Tensor.full(DType.I32, Shape.of(1), 0);
            Turn t = Scan.over(List.of(zero), List.of(x.get(1)), false, (c, s) -> {
                Tensor one = Tensor.full(DType.I32, Shape.of(1), 1);
                Tensor row = x.get(0).gather(c.getFirst()).reshape(3);
                return new Turn(List.of(c.getFirst().add(one)), List.of(row.mul(s.getFirst())));
            });
            return t.outputs().getFirst();
        });
        row(cases, "no sequence", List.of(f32(3, 3), f32(2, 3)), x -> Scan.times(4, List.of(x.get(1)), List.of(), false,
                (c, s) -> new Turn(List.of(c.getFirst().matmul(x.get(0)).tanh()), List.of())).carries().getFirst());
        row(cases, "no carry", List.of(f32(4, 2, 3), f32(3, 2)), x -> Scan.over(List.of(), List.of(x.get(0)), false,
                (c, s) -> new Turn(List.of(), List.of(s.getFirst().matmul(x.get(1)).tanh()))).outputs().getFirst());
        row(cases, "outputs alone lead on", List.of(f32(3), f32(4, 3), f32(3)), x -> Scan.over(List.of(x.get(0)), List.of(x.get(1)), true,
                (c, s) -> new Turn(List.of(c.getFirst().add(s.getFirst())), List.of(c.getFirst().mul(x.get(2))))).outputs().getFirst());
    }

    private static void constants(List<OpCase> cases) {
        row(cases, "a transposed weight", List.of(f32(2, 3), f32(4, 2, 3), f32(3, 3)), x -> Scan.over(
                List.of(x.get(0)), List.of(x.get(1)), false, (c, s) -> {
                    Tensor h = c.getFirst().matmulTransposed(x.get(2)).add(s.getFirst()).tanh();
                    return new Turn(List.of(h), List.of(h));
                }).outputs().getFirst());
        row(cases, "a weight on the left", List.of(f32(3, 2), f32(4, 3, 2), f32(3, 3)), x -> Scan.over(
                List.of(x.get(0)), List.of(x.get(1)), true, (c, s) -> {
                    Tensor h = x.get(2).apply(new MatMul(true, false), c.getFirst()).add(s.getFirst()).tanh();
                    return new Turn(List.of(h), List.of(h));
                }).outputs().getFirst());
        row(cases, "a weight twice and its square", List.of(f32(2, 3), f32(4, 2, 3), f32(3, 3)), x -> Scan.over(
                List.of(x.get(0)), List.of(x.get(1)), false, (c, s) -> {
                    Tensor w = x.get(2);
                    Tensor h = c.getFirst().matmul(w).add(s.getFirst().matmul(w)).add(s.getFirst().matmul(w.mul(w).add(1))).tanh();
                    return new Turn(List.of(h), List.of(h));
                }).outputs().getFirst());
        row(cases, "factors of a step", List.of(f32(3), f32(4, 3), f32(3), f32()), x -> Scan.over(
                List.of(x.get(0)), List.of(x.get(1)), false, (c, s) -> {
                    Tensor h = x.get(2).mul(c.getFirst()).add(x.get(3).mul(s.getFirst()));
                    return new Turn(List.of(h), List.of(h));
                }).outputs().getFirst());
        row(cases, "a table by tokens", List.of(f32(5, 3), TensorType.of(DType.I32, 6, 2), f32(2, 3)), x -> Scan.over(
                List.of(x.get(2)), List.of(x.get(1)), false, (c, s) -> {
                    Tensor h = x.get(0).gather(s.getFirst()).mul(c.getFirst()).add(1);
                    return new Turn(List.of(h), List.of(h));
                }).outputs().getFirst());
        row(cases, "along the second axis", List.of(f32(2, 5), f32(2, 7, 3), f32(3, 5), f32(5, 5)), x -> Scan.along(
                1, List.of(x.get(0)), List.of(x.get(1)), false, (c, s) -> {
                    Tensor h = s.getFirst().matmul(x.get(2)).add(c.getFirst().matmul(x.get(3))).tanh();
                    return new Turn(List.of(h), List.of(h));
                }).outputs().getFirst());
        row(cases, "a repeated sequence", List.of(f32(3), f32(3)), x -> Scan.over(
                List.of(x.get(0)), List.of(x.get(1).broadcast(Shape.of(4, 3))), false, (c, s) -> {
                    Tensor h = c.getFirst().mul(s.getFirst()).add(1);
                    return new Turn(List.of(h), List.of(h));
                }).outputs().getFirst());
    }

    private static void inside(List<OpCase> cases) {
        row(cases, "a loop in a loop", List.of(f32(2, 3), f32(4, 5, 2, 3), f32(3, 3)), x -> {
            Turn outer = Scan.over(List.of(x.get(0)), List.of(x.get(1)), false, (c, s) -> {
                Turn inner = Scan.over(List.of(c.getFirst()), List.of(s.getFirst()), true, (d, r) -> {
                    Tensor h = d.getFirst().matmul(x.get(2)).add(r.getFirst()).tanh();
                    return new Turn(List.of(h), List.of(h));
                });
                return new Turn(inner.carries(), inner.outputs());
            });
            return outer.outputs().getFirst();
        });
        row(cases, "norms inside", List.of(f32(2, 9), f32(4, 2, 9), f32(9), f32(9)), x -> Scan.over(
                List.of(x.get(0)), List.of(x.get(1)), false, (c, s) -> {
                    Tensor h = LayerNorm.of(c.getFirst().add(s.getFirst()), x.get(2), x.get(3), 0.1);
                    return new Turn(List.of(h), List.of(Softmax.of(h), h.sumAll().broadcast(Shape.of(2, 9))));
                }).outputs().stream().reduce(Tensor::add).orElseThrow());
        row(cases, "kernels that stay", List.of(f32(1, 5, 5, 2), f32(3, 1, 5, 5, 2)), x -> Scan.over(
                List.of(x.get(0)), List.of(x.get(1)), false, (c, s) -> {
                    Tensor h = Pool2d.average(c.getFirst().add(s.getFirst()), 3, 1, 1);
                    return new Turn(List.of(h), List.of(Pool2d.average(s.getFirst(), 3, 1, 1)));
                }).outputs().getFirst());
        row(cases, "a scatter inside", List.of(f32(4, 3, 7), TensorType.of(DType.I32, 4, 3), f32(5, 7)), x -> Scan.over(
                List.of(x.get(2)), List.of(x.get(0), x.get(1)), false, (c, s) -> {
                    Tensor h = s.get(1).apply(new ScatterAdd(5), s.get(0)).add(c.getFirst()).tanh();
                    return new Turn(List.of(h), List.of(h));
                }).outputs().getFirst());
        row(cases, "two loops over one input", List.of(f32(2, 3), f32(4, 2, 3), f32(3, 3)), x -> {
            Scan.Step step = (c, s) -> {
                Tensor h = c.getFirst().matmul(x.get(2)).add(s.getFirst()).tanh();
                return new Turn(List.of(h), List.of(h));
            };
            Tensor a = Scan.over(List.of(x.get(0)), List.of(x.get(1)), false, step).outputs().getFirst();
            Tensor b = Scan.over(List.of(x.get(0)), List.of(x.get(1)), true, step).outputs().getFirst();
            return Scan.over(List.of(x.get(0)), List.of(Tensor.concat(1, List.of(a, b)).slice(1, 1, 3)), false, step).outputs().getFirst();
        });
    }
}
