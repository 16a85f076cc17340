package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.FusedMatMul;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.ops.Transpose;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Matrix products as they would be without flags: what is stored transposed is transposed before. To see what flags earn. */
final class ExplicitTransposes {
    private ExplicitTransposes() {}

    static Graph run(Graph graph) {
        return Replay.run(graph, (node, operands, tracer) -> switch (node.op()) {
            case MatMul m -> tracer.record(plain(m), turned(m, operands));
            case FusedMatMul f -> tracer.record(
                    new FusedMatMul(plain(f.product()), f.bias(), f.activation(), f.residual()), turned(f.product(), operands));
            default -> tracer.repeat(node, operands);
        });
    }

    private static MatMul plain(MatMul m) {
        return new MatMul(false, false, m.widen());
    }

    private static List<Tensor> turned(MatMul m, List<Tensor> operands) {
        List<Tensor> turned = new ArrayList<>(operands);
        if (m.transposeA()) turned.set(0, transposed(operands.get(0)));
        if (m.transposeB()) turned.set(1, transposed(operands.get(1)));
        return turned;
    }

    private static Tensor transposed(Tensor x) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, x.shape().rank()).boxed().toList());
        Collections.swap(order, order.size() - 1, order.size() - 2);
        return x.apply(new Transpose(order));
    }
}
