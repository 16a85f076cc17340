package dev.gatun.graph.autodiff;

import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Adjoint;
import dev.gatun.graph.ops.Pullback;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reverse-mode gradients, recorded as nodes of the same trace, so that gradients have gradients. Each node's
 * vector-Jacobian product is its op's own ({@link dev.gatun.graph.ops.Op#gradient}); the nodes it records carry the
 * forward node's source line.
 */
public final class Grad implements Pullback {
    private final Tracer tracer;

    Grad(Tracer tracer) {
        this.tracer = tracer;
    }

    /**
     * Gradients of a scalar loss.
     *
     * @param loss a floating-point scalar
     * @param parameters tensors to differentiate by
     * @return one gradient for each parameter, of its type
     * @throws GradientException when the loss is no scalar, or a parameter has no path to it; the message names it
     */
    public static List<Tensor> of(Tensor loss, List<Tensor> parameters) {
        Tracer tracer = (Tracer) loss.recorder();
        if (!loss.shape().equals(Shape.SCALAR) || !loss.dtype().isFloating()) {
            throw new GradientException("the loss must be a floating-point scalar, got " + loss.type());
        }
        Tensor one = loss.zero().add(1);
        List<Tensor> gradients = new Grad(tracer).pull(List.of(loss), List.of(one), parameters);
        for (int i = 0; i < gradients.size(); i++) {
            if (gradients.get(i) == null) {
                throw new GradientException("parameter " + name(tracer, parameters.get(i))
                        + " has no gradient: the loss does not depend on it. Use it, or leave it out of the trained ones");
            }
        }
        return gradients;
    }

    private static String name(Tracer tracer, Tensor x) {
        return tracer.inputs().stream()
                .filter(i -> i.value().id() == x.id())
                .map(Input::name)
                .findFirst()
                .orElse(x.toString());
    }

    @Override
    public List<Tensor> pull(Scan scan, Adjoint at) {
        return new ScanGradient(tracer, scan, at).run();
    }

    @Override
    public List<Tensor> pull(List<Tensor> outputs, List<Tensor> cotangents, List<Tensor> inputs) {
        Set<Integer> wanted = new HashSet<>();
        inputs.forEach(t -> wanted.add(t.id()));
        TreeSet<Integer> path = ancestors(outputs, wanted);
        for (int n : path) {
            Node node = tracer.node(n);
            if (node.operands().stream().anyMatch(v -> wanted.contains(v.id()))) {
                node.results().forEach(v -> wanted.add(v.id()));
            }
        }
        Map<Integer, Tensor> gradients = new HashMap<>();
        for (int i = 0; i < outputs.size(); i++) accumulate(gradients, outputs.get(i).id(), cotangents.get(i));
        for (int n : path.descendingSet()) step(tracer.node(n), wanted, gradients);
        List<Tensor> result = new ArrayList<>();
        inputs.forEach(t -> result.add(gradients.get(t.id())));
        return result;
    }

    /** Numbers of the nodes that outputs are computed by, going no further back than {@code stop}. */
    private TreeSet<Integer> ancestors(List<Tensor> outputs, Set<Integer> stop) {
        TreeSet<Integer> found = new TreeSet<>();
        Deque<Integer> open = new ArrayDeque<>();
        outputs.forEach(t -> open.add(t.id()));
        while (!open.isEmpty()) {
            int value = open.pop();
            int n = tracer.definedBy(value);
            if (stop.contains(value) || n < 0 || !found.add(n)) continue;
            tracer.node(n).operands().forEach(v -> open.push(v.id()));
        }
        return found;
    }

    private void step(Node node, Set<Integer> wanted, Map<Integer, Tensor> gradients) {
        List<Boolean> wants = node.operands().stream().map(v -> wanted.contains(v.id())).toList();
        boolean reached = node.results().stream().anyMatch(v -> gradients.get(v.id()) != null);
        if (!reached || !wants.contains(true)) return;
        List<Tensor> cotangents = new ArrayList<>();
        node.results().forEach(v -> cotangents.add(gradients.get(v.id())));
        Adjoint at = new Adjoint(tensors(node.operands()), tensors(node.results()), cotangents, wants, this);
        List<Tensor> back = tracer.at(node.source(), () -> node.op().gradient(at));
        for (int i = 0; i < wants.size(); i++) {
            if (wants.get(i)) accumulate(gradients, node, i, back.get(i));
        }
    }

    private void accumulate(Map<Integer, Tensor> gradients, Node node, int operand, Tensor more) {
        int id = node.operands().get(operand).id();
        tracer.at(node.source(), () -> {
            accumulate(gradients, id, more);
            return more;
        });
    }

    private static void accumulate(Map<Integer, Tensor> gradients, int value, Tensor more) {
        if (more == null) return;
        Tensor sum = gradients.get(value);
        gradients.put(value, sum == null ? more : sum.add(more));
    }

    private List<Tensor> tensors(List<Value> values) {
        return values.stream().map(tracer::tensor).toList();
    }
}
