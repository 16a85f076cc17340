package dev.gatun.graph.ir;

import dev.gatun.graph.ops.Composite;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.types.TensorType;
import dev.gatun.graph.types.TypeException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Checks a graph after each pass: every value is assigned once and before its uses, every node obeys its op's type
 * rule, names are unique, and updates have their state's type.
 */
public final class Verifier {
    private final Map<Integer, TensorType> defined = new HashMap<>();
    private final Map<String, Input> inputs = new HashMap<>();
    private final Graph graph;
    private final String after;

    private Verifier(Graph graph, String after) {
        this.graph = graph;
        this.after = after;
    }

    /**
     * Verifies a graph.
     *
     * @param after name of the pass that made it, for the message
     * @throws GraphException naming pass, node and rule
     */
    public static void verify(Graph graph, String after) {
        new Verifier(graph, after).run();
    }

    /**
     * Checks that a graph, verified before, is at the level below expansion, where the only composites left are claimed
     * ones.
     *
     * @throws GraphException for a composite that nobody claims
     */
    public static void expanded(Graph graph, Predicate<Op> claims, String after) {
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Scan s) expanded((Graph) s.body(), claims, after);
            if (n.op() instanceof Composite && !claims.test(n.op())) {
                throw new GraphException("after " + after + ": " + n.op().name() + " is neither expanded nor claimed");
            }
        }
    }

    private void run() {
        for (Input in : graph.inputs()) {
            define(in.value(), in);
            if (inputs.put(in.name(), in) != null) throw broken("two inputs are named " + in.name());
        }
        for (Node n : graph.nodes()) node(n);
        Set<String> results = new HashSet<>();
        for (Output out : graph.outputs()) {
            use(out.value(), out);
            if (!results.add(out.name())) throw broken("two outputs are named " + out.name());
            if (out.update()) update(out);
        }
    }

    private void node(Node n) {
        for (Value v : n.operands()) use(v, n);
        List<TensorType> types;
        try {
            types = n.op().infer(n.operandTypes());
        } catch (TypeException e) {
            throw new GraphException("after " + after + ": " + where(n) + ": " + e.getMessage(), e);
        }
        if (!types.equals(n.resultTypes())) throw broken(where(n) + ": result types are not " + types);
        for (Value v : n.results()) define(v, n);
        if (n.op() instanceof Scan s) verify((Graph) s.body(), after);
    }

    private void update(Output out) {
        Input state = inputs.get(out.name());
        if (state == null || state.role() != Input.Role.STATE) throw broken("update of " + out.name() + ", which is no state");
        if (!state.value().type().equals(out.value().type())) {
            throw broken("update of " + out.name() + ": " + out.value().type() + " is not " + state.value().type());
        }
    }

    private void define(Value v, Record by) {
        if (defined.put(v.id(), v.type()) != null) throw broken(where(by) + ": " + v + " is assigned twice");
    }

    private void use(Value v, Record by) {
        if (!v.type().equals(defined.get(v.id()))) {
            throw broken(where(by) + ": " + v + " is used before its definition or at another type");
        }
    }

    /** An input, node or output in words: made when it is needed, which is almost never. */
    private static String where(Record r) {
        return switch (r) {
            case Input in -> "input " + in.name();
            case Output out -> "output " + out.name();
            case Node n -> n.results() + " = " + n.op() + " (" + n.source() + ")";
            default -> r.toString();
        };
    }

    private GraphException broken(String rule) {
        return new GraphException("after " + after + ": " + rule);
    }
}
