package dev.gatun.graph.trace;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ir.Verifier;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Recorder;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.TensorType;
import dev.gatun.graph.types.TypeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Records what user code does with tensors. The recording is bound to a scope:
 *
 * <pre>{@code
 * Graph graph = Tracer.trace("double", t -> {
 *     Tensor x = t.data("x", TensorType.of(DType.F32, 3));
 *     t.output("y", x.add(x));
 * });
 * }</pre>
 */
public final class Tracer implements Recorder {
    private final List<Input> inputs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Output> outputs = new ArrayList<>();
    private final Map<Integer, Integer> definedBy = new HashMap<>();
    private int values;
    private String fixedSource;

    private Tracer() {}

    /**
     * Runs user code and returns what it recorded, verified.
     *
     * @param name what the graph does
     * @param body declares inputs and outputs, and computes between them
     * @throws TypeException from the first op that refuses its operands
     */
    public static Graph trace(String name, Consumer<Tracer> body) {
        Tracer tracer = new Tracer();
        ScopedValue.where(CURRENT, tracer).run(() -> body.accept(tracer));
        Graph graph = new Graph(name, tracer.inputs, tracer.nodes, tracer.outputs);
        Verifier.verify(graph, "tracing");
        return graph;
    }

    /** A value that the caller writes before each run. */
    public Tensor data(String name, TensorType type) {
        return input(name, type, Input.Role.DATA);
    }

    /** A value kept from run to run. */
    public Tensor state(String name, TensorType type) {
        return input(name, type, Input.Role.STATE);
    }

    /** An input of a given role. */
    public Tensor input(String name, TensorType type, Input.Role role) {
        if (name.isEmpty() || name.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("an input's name needs characters other than spaces: '" + name + "'");
        }
        Value v = new Value(values++, type);
        inputs.add(new Input(name, v, role));
        return tensor(v);
    }

    /** Declares a result. */
    public void output(String name, Tensor x) {
        outputs.add(new Output(name, value(x), false));
    }

    /** Declares the new content of a state. */
    public void update(String state, Tensor x) {
        outputs.add(new Output(state, value(x), true));
    }

    /** Inputs so far. */
    public List<Input> inputs() {
        return List.copyOf(inputs);
    }

    /** Node number {@code i}, in the order of recording. */
    public Node node(int i) {
        return nodes.get(i);
    }

    /** Number of the node that defines a value, -1 for an input. */
    public int definedBy(int value) {
        return definedBy.getOrDefault(value, -1);
    }

    /** The tensor of a value. */
    public Tensor tensor(Value v) {
        return new Tensor(this, v.id(), v.type());
    }

    /** Runs code whose nodes get a given source line instead of the caller's own. */
    public <T> T at(String source, Supplier<T> body) {
        String before = fixedSource;
        fixedSource = source;
        try {
            return body.get();
        } finally {
            fixedSource = before;
        }
    }

    @Override
    public List<Tensor> record(Op op, List<Tensor> operands) {
        List<Value> in = operands.stream().map(this::value).toList();
        String source = fixedSource != null ? fixedSource : SourceLine.ofCaller();
        List<TensorType> types;
        try {
            types = op.infer(in.stream().map(Value::type).toList());
        } catch (TypeException e) {
            String shapes = in.stream().map(v -> v.type().toString()).collect(Collectors.joining(" x "));
            throw new TypeException(op.name() + ": " + e.getMessage() + ": " + shapes + " (" + source + ")", e);
        }
        List<Value> results = types.stream().map(t -> new Value(values++, t)).toList();
        for (Value v : results) definedBy.put(v.id(), nodes.size());
        nodes.add(new Node(op, in, results, source));
        return results.stream().map(this::tensor).toList();
    }

    private Value value(Tensor x) {
        if (x.recorder() != this) {
            throw new IllegalArgumentException("tensor " + x + " belongs to another trace (" + SourceLine.ofCaller() + ")");
        }
        return new Value(x.id(), x.type());
    }
}
