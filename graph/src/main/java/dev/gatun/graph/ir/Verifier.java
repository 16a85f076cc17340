package dev.gatun.graph.ir;

import dev.gatun.graph.ops.Composite;
import dev.gatun.graph.ops.Op;
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
     * Verifies a graph at the level below expansion, where the only composites left are claimed ones.
     *
     * @throws GraphException as {@link #verify}, and for a composite that nobody claims
     */
    public static void verifyExpanded(Graph graph, Predicate<Op> claims, String after) {
        verify(graph, after);
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Composite && !claims.test(n.op())) {
                throw new GraphException("after " + after + ": " + n.op().name() + " is neither expanded nor claimed");
            }
        }
    }

    private void run() {
        Set<String> names = new HashSet<>();
        for (Input in : graph.inputs()) {
            define(in.value(), "input " + in.name());
            check(names.add(in.name()), "two inputs are named " + in.name());
        }
        graph.nodes().forEach(this::node);
        Set<String> results = new HashSet<>();
        for (Output out : graph.outputs()) {
            use(out.value(), "output " + out.name());
            check(results.add(out.name()), "two outputs are named " + out.name());
            if (out.update()) update(out);
        }
    }

    private void node(Node n) {
        String where = n.results() + " = " + n.op() + " (" + n.source() + ")";
        n.operands().forEach(v -> use(v, where));
        List<TensorType> types;
        try {
            types = n.op().infer(n.operands().stream().map(Value::type).toList());
        } catch (TypeException e) {
            throw new GraphException("after " + after + ": " + where + ": " + e.getMessage(), e);
        }
        check(types.equals(n.results().stream().map(Value::type).toList()),
                where + ": result types are not " + types);
        n.results().forEach(v -> define(v, where));
    }

    private void update(Output out) {
        Input state = graph.input(out.name()).orElse(null);
        check(state != null && state.role() == Input.Role.STATE, "update of " + out.name() + ", which is no state");
        check(state.value().type().equals(out.value().type()),
                "update of " + out.name() + ": " + out.value().type() + " is not " + state.value().type());
    }

    private void define(Value v, String where) {
        check(defined.put(v.id(), v.type()) == null, where + ": " + v + " is assigned twice");
    }

    private void use(Value v, String where) {
        check(v.type().equals(defined.get(v.id())), where + ": " + v + " is used before its definition or at another type");
    }

    private void check(boolean holds, String rule) {
        if (!holds) throw new GraphException("after " + after + ": " + rule);
    }
}
