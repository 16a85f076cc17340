package dev.gatun.models.onnx;

import dev.gatun.graph.ir.GraphException;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Records a model's nodes in a trace. One importer serves one trace. */
final class Importer {
    /** Gives the tensor of a weight in the trace. */
    interface Weights {
        Tensor tensor(Weight weight);
    }

    /** Operators that leave the elements of an integer tensor as they are. */
    private static final Set<String> VIEWS = Set.of("Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose");

    private final OnnxModel model;
    private final Weights weights;
    private Map<String, Value> values = new HashMap<>();
    private final Map<String, Tensor> states = new HashMap<>();
    private final Set<String> checked = new HashSet<>();
    private Tracer tracer;
    private Map<String, double[]> folding;
    private int constants;

    Importer(OnnxModel model, Tracer tracer, Weights weights) {
        this.model = model;
        this.tracer = tracer;
        this.weights = weights;
    }

    /**
     * Records the whole model.
     *
     * @param inputs tensors of the model's inputs by name
     * @param direct whether these are the graph's own inputs, whose ranges are checked when they are written
     * @return the model's outputs, in order
     */
    List<Tensor> run(Map<String, Tensor> inputs, boolean direct) {
        for (OnnxTensor t : model.initializers().values()) values.put(t.name(), initializer(t));
        inputs.forEach((name, x) -> {
            values.put(name, Value.of(x));
            if (direct && x.dtype() == DType.I32) checked.add(name);
        });
        for (Schema.Node n : model.nodes()) node(n);
        return model.outputNames().stream().map(name -> value(name, "output " + name).tensor()).toList();
    }

    private Value initializer(OnnxTensor t) {
        return t.type().isFloating() && t.elements() > 1 ? Value.weight(this, t) : Value.of(this, t.literal());
    }

    private Value value(String name, String reader) {
        Value v = values.get(name);
        if (v == null) {
            throw new OnnxException(model.file(), reader, "reads '" + name
                    + "', which no input, initializer or node before it defines (nodes must stand in order, without cycles)");
        }
        return v;
    }

    private void node(Schema.Node n) {
        List<Value> operands = new ArrayList<>();
        for (String name : n.inputs()) operands.add(name.isEmpty() ? null : value(name, describe(n)));
        Operator op = Operators.ALL.get(n.operator());
        Call call = new Call(this, n, operands);
        call.require(operands.size() >= op.least() && operands.size() <= op.most(),
                "has " + operands.size() + " inputs, expected " + (op.least() == op.most() ? "" + op.least() : op.least() + " to " + op.most()));
        List<Value> results;
        try {
            results = tracer.at(source(n), () -> {
                List<Value> known = Folding.fold(this, op, call);
                return known != null ? known : op.lowering().lower(call);
            });
        } catch (OnnxException e) {
            throw e;
        } catch (GraphException e) {
            throw new OnnxException(model.file(), describe(n), "cannot be computed: " + e.getMessage(), e);
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
            throw new OnnxException(model.file(), describe(n), e.getMessage(), e);
        }
        for (int i = 0; i < n.outputs().size(); i++) {
            String name = n.outputs().get(i);
            if (name.isEmpty()) continue;
            if (i >= results.size()) throw error(n, "result " + i + " (" + name + ") is not supported");
            values.put(name, results.get(i));
        }
        if (VIEWS.contains(n.operator()) && checked.contains(n.inputs().getFirst())) checked.add(n.outputs().getFirst());
    }

    /** Makes the tensors of values that a body will read, so that they belong to the trace around it. */
    void settle(Schema.Graph body) {
        for (Schema.Node n : body.nodes()) {
            for (String name : OnnxStructure.reads(n)) {
                Value v = values.get(name);
                if (v != null && !v.isFoldable()) v.tensor();
            }
        }
    }

    /** Records the body of a loop, which sees all values around it; returns its outputs in order. */
    List<Tensor> body(Schema.Graph body, List<Tensor> inputs) {
        Map<String, Value> around = values;
        values = new HashMap<>();
        around.forEach((name, v) -> values.put(name, v.isFoldable() ? Value.of(this, v.literal()) : v)); // constants of its own
        try {
            for (Schema.Tensor t : body.initializers()) values.put(t.name(), Value.of(this, model.tensors().read(t, "initializer " + t.name()).literal()));
            for (int i = 0; i < inputs.size(); i++) values.put(body.inputs().get(i).name(), Value.of(inputs.get(i)));
            for (Schema.Node n : body.nodes()) node(n);
            return body.outputs().stream().map(o -> value(o.name(), "output " + o.name() + " of a loop").tensor()).toList();
        } finally {
            values = around;
        }
    }

    private String source(Schema.Node n) {
        return (model.file() + ":" + (n.name().isEmpty() ? n.operator() : n.name())).replaceAll("\\s", "_");
    }

    static String describe(Schema.Node n) {
        String name = !n.name().isEmpty() ? n.name() : n.outputs().isEmpty() ? "?" : "-> " + n.outputs().getFirst();
        return "node " + name + " (" + n.operator() + ")";
    }

    OnnxException error(Schema.Node n, String problem) {
        return new OnnxException(model.file(), describe(n), problem);
    }

    long version() {
        return model.opset();
    }

    OnnxTensor read(Schema.Tensor t, Schema.Node n, String attribute) {
        return model.tensors().read(t, describe(n) + ": attribute " + attribute);
    }

    boolean isKernel(String name) {
        return model.kernels().contains(name);
    }

    boolean isChecked(String name) {
        return checked.contains(name);
    }

    /** Runs code that traces into another tracer, in which known values are data inputs. */
    void folding(Tracer inner, Map<String, double[]> inputs, Runnable body) {
        Tracer outer = tracer;
        tracer = inner;
        folding = inputs;
        try {
            body.run();
        } finally {
            tracer = outer;
            folding = null;
        }
    }

    /** The tensor of a weight. */
    Tensor weight(OnnxTensor t) {
        return states.computeIfAbsent(t.name(), name -> weights.tensor(model.weight(t)));
    }

    /** A tensor of known elements: a constant, a count, or a state that holds them. */
    Tensor materialize(Literal l) {
        if (l.dims().stream().anyMatch(d -> d < 1)) {
            throw new IllegalArgumentException("a tensor without elements can only serve as a shape or as axes: " + l.dims());
        }
        TensorType type = new TensorType(l.dtype(), new Shape(l.dims()));
        if (folding != null) {
            String name = "x" + folding.size();
            folding.put(name, l.doubles());
            return tracer.data(name, type);
        }
        if (l.integers() != null) {
            for (long x : l.integers()) {
                if (x != (int) x) throw new IllegalArgumentException("the integer " + x + " does not fit 32 bits");
            }
        }
        if (l.isUniform()) return Tensor.full(l.dtype(), type.shape(), l.at(0));
        int axis = countedAxis(l);
        if (axis >= 0) {
            Tensor count = Tensor.iota(type.shape(), axis);
            long step = l.integers()[1] - l.integers()[0];
            return (step == 1 ? count : count.mul(step)).add(l.integers()[0]);
        }
        if (l.dtype() == DType.BOOL) return materialize(new Literal(DType.I32, l.dims(), null, l.integers())).cast(DType.BOOL);
        return weights.tensor(Weight.of("constant." + constants++, type, l));
    }

    /** The only axis of a tensor whose integers go up or down evenly; -1 for all others. */
    private static int countedAxis(Literal l) {
        if (l.dtype() != DType.I32 || l.dims().stream().filter(d -> d > 1).count() != 1) return -1;
        long[] x = l.integers();
        long step = x[1] - x[0];
        for (int i = 2; i < x.length; i++) {
            if (x[i] - x[i - 1] != step) return -1;
        }
        return step == (int) step ? l.dims().indexOf(x.length) : -1;
    }

}
