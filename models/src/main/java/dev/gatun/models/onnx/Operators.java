package dev.gatun.models.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The operators that Gatun imports, by name. */
final class Operators {
    static final Map<String, Operator> ALL = all();

    /** How many nodes an error lists for one operator. */
    private static final int NAMED = 5;

    private Operators() {}

    private static Map<String, Operator> all() {
        Map<String, Operator> map = new TreeMap<>();
        Stream.of(PointwiseOperators.list(), ArithmeticOperators.list(), LogicOperators.list(), ReductionOperators.list(),
                        LayoutOperators.list(), IndexOperators.list(), ConstantOperators.list(), MatrixOperators.list(),
                        ImageOperators.list(), PoolingOperators.list(), NormOperators.list(), RecurrentOperators.list())
                .flatMap(List::stream)
                .forEach(op -> {
                    if (map.put(op.name(), op) != null) throw new IllegalStateException("two operators " + op.name());
                });
        return Collections.unmodifiableMap(map);
    }

    /**
     * Refuses a model with operators that Gatun lacks, naming them all.
     *
     * @param version of the standard operators in the model
     */
    static void check(String file, int version, List<Schema.Node> nodes) {
        Map<String, List<String>> missing = new TreeMap<>();
        collect(version, nodes, missing);
        if (missing.isEmpty()) return;
        String list = missing.entrySet().stream().map(e -> e.getKey() + " at " + places(e.getValue())).collect(Collectors.joining("; "));
        throw new OnnxException(file, "operators", "not supported: " + list + " (Gatun has " + ALL.size()
                + " operators of the standard domain, opset " + OnnxModel.OLDEST + " to " + OnnxModel.NEWEST + ")");
    }

    private static void collect(int version, List<Schema.Node> nodes, Map<String, List<String>> missing) {
        for (Schema.Node n : nodes) {
            OnnxStructure.bodies(n).forEach(body -> collect(version, body.nodes(), missing));
            Operator op = OnnxStructure.isStandard(n.domain()) ? ALL.get(n.operator()) : null;
            if (op != null && op.since() <= version) continue;
            String what = op != null ? n.operator() + " (needs opset " + op.since() + ", the model has " + version + ")"
                    : OnnxStructure.isStandard(n.domain()) ? n.operator() : n.domain() + "." + n.operator();
            missing.computeIfAbsent(what, k -> new ArrayList<>())
                    .add(!n.name().isEmpty() ? n.name() : n.outputs().isEmpty() ? "?" : "-> " + n.outputs().getFirst());
        }
    }

    private static String places(List<String> nodes) {
        String first = nodes.stream().limit(NAMED).collect(Collectors.joining(", "));
        return nodes.size() <= NAMED ? first : first + " and " + (nodes.size() - NAMED) + " more";
    }
}
