package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;

/** The operator {@code Scan}: a loop over sequences with carried state, whose body is a graph in an attribute. */
final class ScanLoop {
    private ScanLoop() {}

    static List<Value> lower(Call c) {
        Schema.Graph body = c.graph("body");
        int inputs = c.operands().size();
        int sequences = c.integer("num_scan_inputs", 0);
        int carries = inputs - sequences;
        int outputs = body.outputs().size() - carries;
        c.require(sequences >= 1 && carries >= 0 && outputs >= 0 && body.inputs().size() == inputs,
                "a body of " + body.inputs().size() + " inputs and " + body.outputs().size() + " outputs for " + inputs + " operands, "
                        + sequences + " of them sequences");
        for (String axes : List.of("scan_input_axes", "scan_output_axes")) {
            c.require(c.ints(axes, List.of()).stream().allMatch(a -> a == 0), "attribute " + axes + ": only the first axis is supported");
        }
        List<Integer> in = directions(c, "scan_input_directions", sequences);
        List<Integer> out = directions(c, "scan_output_directions", outputs);
        boolean reverse = in.getFirst() == 1;
        c.require(in.stream().distinct().count() == 1, "sequences of different directions are not supported");
        List<Tensor> x = c.operands().stream().map(Value::tensor).toList();
        Scan.Turn turn = Scan.over(x.subList(0, carries), x.subList(carries, inputs), reverse, (states, slices) -> {
            List<Tensor> given = new ArrayList<>(states);
            given.addAll(slices);
            List<Tensor> results = c.record(body, given);
            return new Scan.Turn(results.subList(0, carries), results.subList(carries, results.size()));
        });
        List<Value> results = new ArrayList<>(turn.carries().stream().map(Value::of).toList());
        for (int i = 0; i < outputs; i++) {
            Tensor y = turn.outputs().get(i);
            boolean turned = out.get(i) == 1 != reverse;
            results.add(Value.of(turned ? backward(c, y) : y));
        }
        return results;
    }

    private static List<Integer> directions(Call c, String name, int count) {
        List<Integer> list = c.ints(name, Collections.nCopies(count, 0));
        c.require(list.size() == count && list.stream().allMatch(d -> d == 0 || d == 1), "attribute " + name + " is " + list);
        return list;
    }

    private static Tensor backward(Call c, Tensor y) {
        int n = y.shape().dim(0);
        return Axes.take(c, y, 0, LongStream.range(0, n).map(i -> n - 1 - i).toArray());
    }
}
