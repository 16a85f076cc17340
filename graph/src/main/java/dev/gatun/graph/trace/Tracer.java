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
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
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
    private final SourceLine sources = new SourceLine();
    private int values;
    private String fixedSource;

    private final Tracer parent;
    /** Of a body, the parameter that stands for a value from outside, in the order in which they were first used. */
    private final Map<Integer, Value> captured = new LinkedHashMap<>();

    private Tracer(Tracer parent) {
        this.parent = parent;
        fixedSource = parent == null ? null : parent.fixedSource;
    }

    /**
     * Runs user code and returns what it recorded, verified.
     *
     * @param name what the graph does
     * @param body declares inputs and outputs, and computes between them
     * @throws TypeException from the first op that refuses its operands
     */
    public static Graph trace(String name, Consumer<Tracer> body) {
        Graph graph = rewrite(name, body);
        Verifier.verify(graph, "tracing");
        return graph;
    }

    /** As {@link #trace}, for passes, whose results are verified by their pipeline. */
    public static Graph rewrite(String name, Consumer<Tracer> body) {
        Tracer tracer = new Tracer(null);
        ScopedValue.where(CURRENT, tracer).run(() -> body.accept(tracer));
        return new Graph(name, tracer.inputs, tracer.nodes, tracer.outputs);
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
        boolean spaces = false;
        for (int i = 0; i < name.length(); i++) spaces |= Character.isWhitespace(name.charAt(i));
        if (name.isEmpty() || spaces) {
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

    /**
     * The new content of a state, as recorded so far.
     *
     * @throws IllegalArgumentException when none is recorded
     */
    public Tensor updated(String state) {
        for (int i = outputs.size() - 1; i >= 0; i--) {
            if (outputs.get(i).update() && outputs.get(i).name().equals(state)) return tensor(outputs.get(i).value());
        }
        throw new IllegalArgumentException("state " + state + " is not updated yet");
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
    public Nested nest(List<TensorType> parameters, Function<List<Tensor>, List<Tensor>> code) {
        Tracer inner = new Tracer(this);
        List<Tensor> given = new ArrayList<>();
        for (TensorType t : parameters) given.add(inner.data("in" + given.size(), t));
        List<Tensor> results = ScopedValue.where(CURRENT, inner).call(() -> code.apply(List.copyOf(given)));
        for (Tensor r : results) inner.output("out" + inner.outputs.size(), r);
        Graph body = new Graph("body", inner.inputs, inner.nodes, inner.outputs);
        Verifier.verify(body, "tracing");
        List<Tensor> outside = new ArrayList<>();
        for (int id : inner.captured.keySet()) outside.add(tensor(new Value(id, inner.captured.get(id).type())));
        return new Nested(body, outside);
    }

    private boolean isInside(Tracer other) {
        for (Tracer t = parent; t != null; t = t.parent) {
            if (t == other) return true;
        }
        return false;
    }

    @Override
    public List<Tensor> record(Op op, List<Tensor> operands) {
        for (Tensor x : operands) { // what uses a value of a body belongs to the body
            if (x.recorder() instanceof Tracer t && t.isInside(this)) return t.record(op, operands);
        }
        String source = fixedSource != null ? fixedSource : sources.ofCaller();
        TensorType[] in = new TensorType[operands.size()];
        for (int i = 0; i < in.length; i++) in[i] = operands.get(i).type();
        List<TensorType> types;
        try {
            types = op.infer(List.of(in));
        } catch (TypeException e) {
            String shapes = Arrays.stream(in).map(TensorType::toString).collect(Collectors.joining(" x "));
            throw new TypeException(op.name() + ": " + e.getMessage() + ": " + shapes + " (" + source + ")", e);
        }
        return add(op, operands, types, source);
    }

    /** Records a node of another graph on operands of this one. Nothing is inferred where their types are the same. */
    public List<Tensor> repeat(Node node, List<Tensor> operands) {
        for (int i = 0; i < operands.size(); i++) {
            if (!operands.get(i).type().equals(node.operands().get(i).type())) return record(node.op(), operands);
        }
        return add(node.op(), operands, node.resultTypes(), fixedSource != null ? fixedSource : node.source());
    }

    private List<Tensor> add(Op op, List<Tensor> operands, List<TensorType> types, String source) {
        Value[] in = new Value[operands.size()];
        for (int i = 0; i < in.length; i++) in[i] = value(operands.get(i));
        Value[] results = new Value[types.size()];
        Tensor[] tensors = new Tensor[results.length];
        for (int i = 0; i < results.length; i++) {
            results[i] = new Value(values++, types.get(i));
            definedBy.put(results[i].id(), nodes.size());
            tensors[i] = tensor(results[i]);
        }
        nodes.add(new Node(op, List.of(in), List.of(results), source));
        return List.of(tensors);
    }

    private Value value(Tensor x) {
        if (x.recorder() instanceof Tracer t && isInside(t)) {
            Value outside = parent.value(x);
            return captured.computeIfAbsent(outside.id(), id -> {
                Value v = new Value(values++, outside.type());
                inputs.add(new Input("in" + inputs.size(), v, Input.Role.DATA));
                return v;
            });
        }
        if (x.recorder() != this) {
            throw new IllegalArgumentException("tensor " + x + " belongs to another trace (" + sources.ofCaller() + ")");
        }
        return new Value(x.id(), x.type());
    }
}
