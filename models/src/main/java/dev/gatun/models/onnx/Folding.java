package dev.gatun.models.onnx;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.runtime.reference.Interpreter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Computes nodes whose operands are known when a model is imported: chains such as {@code Shape}, {@code Gather},
 * {@code Concat}, {@code Reshape}. An operator needs no rule of its own for it: its lowering is traced alone and
 * interpreted. Integer arithmetic is done in 64 bits.
 */
final class Folding {
    /** Largest number of elements that is computed so. */
    static final int LARGEST = 1 << 16;

    private Folding() {}

    /** Results of a node, or {@code null} when they have to be computed at run time. */
    static List<Value> fold(Importer importer, Operator op, Call call) {
        if (call.operands().stream().filter(Objects::nonNull).anyMatch(v -> !v.isFoldable() || v.literal().elements() > LARGEST)) return null;
        List<Literal> x = call.operands().stream().filter(Objects::nonNull).map(Value::literal).toList();
        if (x.isEmpty()) return null;
        if (op.name().equals("Concat")) call = call.with(call.operands().stream().filter(v -> v == null || v.literal().elements() > 0).toList());
        if (x.stream().allMatch(l -> l.dtype() == DType.I32)) {
            Literal exact = IntegerMath.apply(call, x);
            if (exact != null) return call.known(exact);
        }
        return interpret(importer, op, call);
    }

    private static List<Value> interpret(Importer importer, Operator op, Call call) {
        List<Value> results = new ArrayList<>();
        Map<String, double[]> inputs = new HashMap<>();
        Graph graph = Tracer.trace("fold", t -> importer.folding(t, inputs, () -> {
            List<Value> fresh = call.operands().stream().map(v -> v == null ? null : Value.of(importer, v.literal())).toList();
            results.addAll(op.lowering().lower(call.with(fresh)));
            for (int i = 0; i < results.size(); i++) {
                if (results.get(i).literal() == null) t.output("y" + i, results.get(i).tensor());
            }
        }));
        if (graph.nodes().stream().mapToLong(Folding::elements).max().orElse(0) > LARGEST) return null;
        Map<String, double[]> outputs = graph.outputs().isEmpty() ? Map.of() : new Interpreter(graph, true).run(inputs);
        Map<String, Output> named = new HashMap<>();
        graph.outputs().forEach(o -> named.put(o.name(), o));
        List<Value> known = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            Output o = named.get("y" + i);
            Literal l = o == null ? results.get(i).literal()
                    : Literal.of(o.value().type().dtype(), o.value().type().shape().dims(), outputs.get(o.name()));
            known.add(Value.of(importer, l));
        }
        return known;
    }

    private static long elements(Node node) {
        return node.results().stream().mapToLong(v -> v.type().elements()).max().orElse(0);
    }
}
