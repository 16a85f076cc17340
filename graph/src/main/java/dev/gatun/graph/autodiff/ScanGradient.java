package dev.gatun.graph.autodiff;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Adjoint;
import dev.gatun.graph.ops.Recorder;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The gradient of a loop: a loop over the body's own gradient, in the other direction. What it needs of the forward pass
 * is stacked by the forward loop, which is recorded once more with these outputs; a pass makes the two one. Gradients of
 * constants that come from products and sums are taken out of the loop: what they are made of is stacked, and one large
 * product replaces one in each step (Appleyard et al., "Optimizing performance of recurrent neural networks on GPUs", 2016).
 */
final class ScanGradient {
    private final Tracer tracer;
    private final Scan scan;
    private final Adjoint at;
    private final Graph body;
    private final int forwardNodes;
    /** The body and its gradient, each node of the body first, in its order. */
    private final Graph both;
    private final BodyTrace trace;

    /** Where the parameters and results of {@link #both} come from. */
    private static final class BodyTrace {
        /** Carries that have gradients, and the parameter that is the gradient of each after the step. */
        final List<Integer> carries = new ArrayList<>();
        /** Outputs with a gradient, then kept carries with one: numbers of results of the loop. */
        final List<Integer> given = new ArrayList<>();
        /** For each operand, the number of the result that is its gradient; -1 for none. */
        int[] gradients;
        int parameters;
    }

    ScanGradient(Tracer tracer, Scan scan, Adjoint at) {
        this.tracer = tracer;
        this.scan = scan;
        this.at = at;
        body = (Graph) scan.body();
        forwardNodes = body.nodes().size();
        trace = new BodyTrace();
        both = trace();
    }

    private Graph trace() {
        int parameters = body.inputs().size();
        List<TensorType> types = new ArrayList<>(body.parameters());
        for (int i = 0; i < scan.carries(); i++) {
            if (!types.get(i).dtype().isFloating()) continue;
            trace.carries.add(i);
            types.add(types.get(i));
        }
        for (int r = scan.carries(); r < at.results().size(); r++) {
            if (at.cotangents().get(r) == null) continue;
            trace.given.add(r);
            types.add(body.results().get(outputOf(r)));
        }
        trace.parameters = parameters;
        trace.gradients = new int[parameters];
        return (Graph) tracer.nest(types, in -> gradients((Tracer) Recorder.current(), in)).body();
    }

    /** The body's output that a result after the last carries is made of. */
    private int outputOf(int result) {
        int history = result - scan.carries() - scan.outputs();
        return history < 0 ? result : scan.kept().get(history);
    }

    private List<Tensor> gradients(Tracer inner, List<Tensor> in) {
        Map<Integer, Tensor> env = new HashMap<>();
        for (int i = 0; i < body.inputs().size(); i++) env.put(body.inputs().get(i).value().id(), in.get(i));
        body.nodes().forEach(n -> replay(inner, n, env));
        List<Tensor> outputs = new ArrayList<>();
        List<Tensor> cotangents = new ArrayList<>();
        int next = trace.parameters;
        for (int c : trace.carries) {
            outputs.add(env.get(body.outputs().get(c).value().id()));
            cotangents.add(in.get(next++));
        }
        for (int r : trace.given) {
            outputs.add(env.get(body.outputs().get(outputOf(r)).value().id()));
            cotangents.add(in.get(next++));
        }
        List<Integer> wanted = new ArrayList<>();
        for (int i = 0; i < trace.parameters; i++) {
            if (trace.carries.contains(i) || i >= scan.carries() && at.wants(i) && in.get(i).dtype().isFloating()) wanted.add(i);
        }
        List<Tensor> back = new Grad(inner).pull(outputs, cotangents, wanted.stream().map(in::get).toList());
        List<Tensor> results = new ArrayList<>();
        Arrays.fill(trace.gradients, -1);
        for (int i = 0; i < wanted.size(); i++) {
            Tensor g = back.get(i);
            if (g == null && wanted.get(i) < scan.carries()) g = in.get(wanted.get(i)).zero();
            if (g == null) continue;
            trace.gradients[wanted.get(i)] = results.size();
            results.add(g);
        }
        return results;
    }

    private static void replay(Tracer tracer, Node n, Map<Integer, Tensor> env) {
        List<Tensor> operands = n.operands().stream().map(v -> env.get(v.id())).toList();
        List<Tensor> results = tracer.at(n.source(), () -> tracer.repeat(n, operands));
        for (int i = 0; i < results.size(); i++) env.put(n.results().get(i).id(), results.get(i));
    }

    /** Gradients of the loop's operands. */
    List<Tensor> run() {
        Hoist hoist = new Hoist(both, this::varies);
        List<Integer> summed = new ArrayList<>(); // constants whose gradient is summed from step to step
        LinkedHashSet<Integer> stacked = new LinkedHashSet<>(); // values of both that are wanted of all steps
        for (int i = scan.carries(); i < trace.parameters; i++) {
            if (trace.gradients[i] < 0) continue;
            int g = gradient(i);
            if (i < scan.carries() + scan.sequences()) stacked.add(g);
            else if (hoist.takes(g)) stacked.addAll(hoist.stacked(g));
            else summed.add(i);
        }
        List<Integer> own = stacked.stream().filter(this::isOwn).toList();
        Set<Integer> live = new TreeSet<>();
        Needs needs = new Needs(both, forwardNodes, trace.parameters);
        for (int c : trace.carries) needs.add(gradient(c));
        summed.forEach(i -> needs.add(gradient(i)));
        own.forEach(needs::add);
        live.addAll(needs.nodes());
        Set<Integer> forward = new LinkedHashSet<>(needs.saved());
        stacked.stream().filter(this::isForward).forEach(forward::add);
        Map<Integer, Tensor> all = forward(forward); // values of both, of all steps
        given(all);
        List<Tensor> results = backward(live, needs, summed, own, all);
        return collect(results, hoist, summed, own, all);
    }

    /** The value of {@link #both} that is the gradient of a parameter of the body. */
    private int gradient(int parameter) {
        return both.outputs().get(trace.gradients[parameter]).value().id();
    }

    /** Number of the parameter of {@link #both} that a value is; -1 for a computed one. */
    private int parameter(int value) {
        for (int i = 0; i < both.inputs().size(); i++) {
            if (both.inputs().get(i).value().id() == value) return i;
        }
        return -1;
    }

    private boolean isForward(int value) {
        int p = parameter(value);
        if (p >= 0) return p < trace.parameters;
        for (int i = 0; i < forwardNodes; i++) {
            if (both.nodes().get(i).results().stream().anyMatch(v -> v.id() == value)) return true;
        }
        return false;
    }

    /** Whether a value is computed by the backward loop. */
    private boolean isOwn(int value) {
        return !isForward(value) && (parameter(value) < 0 || isCarriedGradient(parameter(value)));
    }

    /** Whether a parameter of {@link #both} differs from step to step. */
    private boolean varies(int parameter) {
        return parameter < scan.carries() + scan.sequences() || parameter >= trace.parameters;
    }

    /** Forward values of all steps: operands, histories, and outputs that the forward loop is given besides. */
    private Map<Integer, Tensor> forward(Set<Integer> values) {
        Map<Integer, Tensor> all = new HashMap<>();
        List<Integer> saved = new ArrayList<>();
        Set<Integer> kept = new TreeSet<>(scan.kept());
        for (int v : values) {
            int p = parameter(v);
            if (p < 0) saved.add(v);
            else if (p < scan.carries()) kept.add(p);
        }
        List<Output> outputs = new ArrayList<>(body.outputs());
        for (int v : saved) outputs.add(new Output("out" + outputs.size(), inBody(v), false));
        Graph more = new Graph(body.name(), body.inputs(), body.nodes(), outputs);
        Scan wider = new Scan(more, scan.length(), scan.carries(), scan.sequences(), List.copyOf(kept), scan.reverse());
        List<Tensor> results = wider.equals(scan) ? at.results() : tracer.record(wider, at.operands());
        for (int i = 0; i < saved.size(); i++) all.put(saved.get(i), results.get(body.outputs().size() + i));
        for (int v : values) {
            int p = parameter(v);
            if (p >= 0 && p < scan.carries()) all.put(v, scan.before(results.get(wider.history(p))));
            else if (p >= 0) all.put(v, at.operand(p));
        }
        return all;
    }

    /** A forward value of {@link #both} as the body knows it. */
    private Value inBody(int value) {
        for (int i = 0; i < forwardNodes; i++) {
            List<Value> results = both.nodes().get(i).results();
            for (int k = 0; k < results.size(); k++) {
                if (results.get(k).id() == value) return body.nodes().get(i).results().get(k);
            }
        }
        throw new IllegalStateException("%" + value + " is no value of the body");
    }

    /** Gradients of the loop's outputs and histories, of all steps. */
    private void given(Map<Integer, Tensor> all) {
        int next = trace.parameters + trace.carries.size();
        for (int r : trace.given) {
            Tensor g = at.cotangents().get(r);
            boolean isHistory = r >= scan.carries() + scan.outputs();
            all.put(both.inputs().get(next++).value().id(), isHistory ? scan.after(g) : g);
        }
    }

    /** The loop in the other direction: carried gradients, sums, then the stacked values. */
    private List<Tensor> backward(Set<Integer> nodes, Needs needs, List<Integer> summed, List<Integer> own, Map<Integer, Tensor> all) {
        List<Tensor> initial = new ArrayList<>();
        for (int c : trace.carries) {
            Tensor g = at.cotangents().get(c);
            initial.add(g != null ? g : at.results().get(c).zero());
        }
        for (int i : summed) initial.add(at.operand(i).zero());
        List<Integer> cut = needs.leaves().stream().filter(v -> parameter(v) < 0 || varies(parameter(v)) && !isCarriedGradient(parameter(v))).toList();
        List<Tensor> sequences = cut.stream().map(all::get).toList();
        Scan.Step step = (carries, slices) -> {
            Tracer inner = (Tracer) Recorder.current();
            Map<Integer, Tensor> env = new HashMap<>();
            for (int i = 0; i < trace.parameters; i++) {
                if (!varies(i)) env.put(both.inputs().get(i).value().id(), at.operand(i));
            }
            for (int i = 0; i < trace.carries.size(); i++) {
                env.put(both.inputs().get(trace.parameters + i).value().id(), carries.get(i));
            }
            for (int i = 0; i < cut.size(); i++) env.put(cut.get(i), slices.get(i));
            nodes.forEach(i -> replay(inner, both.nodes().get(i), env));
            List<Tensor> next = new ArrayList<>();
            for (int c : trace.carries) next.add(env.get(gradient(c)));
            for (int i = 0; i < summed.size(); i++) {
                next.add(carries.get(trace.carries.size() + i).add(env.get(gradient(summed.get(i)))));
            }
            return new Scan.Turn(next, own.stream().map(env::get).toList());
        };
        Scan.Turn turn = Scan.times(scan.length(), initial, sequences, !scan.reverse(), step);
        List<Tensor> results = new ArrayList<>(turn.carries());
        results.addAll(turn.outputs());
        return results;
    }

    private boolean isCarriedGradient(int parameter) {
        return parameter >= trace.parameters && parameter < trace.parameters + trace.carries.size();
    }

    private List<Tensor> collect(List<Tensor> results, Hoist hoist, List<Integer> summed, List<Integer> own, Map<Integer, Tensor> all) {
        int sums = trace.carries.size();
        for (int i = 0; i < own.size(); i++) all.put(own.get(i), results.get(sums + summed.size() + i));
        List<Tensor> gradients = new ArrayList<>(Collections.nCopies(trace.parameters, null));
        for (int i = 0; i < sums; i++) gradients.set(trace.carries.get(i), initial(trace.carries.get(i), results.get(i)));
        for (int i = scan.carries(); i < trace.parameters; i++) {
            if (trace.gradients[i] < 0) continue;
            int at = summed.indexOf(i);
            boolean isSequence = i < scan.carries() + scan.sequences();
            gradients.set(i, isSequence ? all.get(gradient(i)) : at >= 0 ? results.get(sums + at) : hoist.apply(gradient(i), all));
        }
        return gradients;
    }

    /** The gradient of an initial carry, to which a gradient of its history adds. */
    private Tensor initial(int carry, Tensor carried) {
        int result = scan.kept().contains(carry) ? scan.history(carry) : -1;
        Tensor g = result < 0 ? null : at.cotangents().get(result);
        return g == null ? carried : carried.add(g.slice(0, scan.first(), scan.first() + 1).reshape(carried.shape()));
    }

    /** Which nodes the backward loop runs, and what it is given. */
    private static final class Needs {
        private final Graph both;
        private final int forwardNodes;
        private final int forwardParameters;
        private final Map<Integer, Integer> definition = new HashMap<>();
        private final Set<Integer> nodes = new TreeSet<>();
        private final Set<Integer> leaves = new LinkedHashSet<>();
        private final Set<Integer> seen = new HashSet<>();

        Needs(Graph both, int forwardNodes, int forwardParameters) {
            this.both = both;
            this.forwardNodes = forwardNodes;
            this.forwardParameters = forwardParameters;
            for (int i = 0; i < both.nodes().size(); i++) {
                for (Value v : both.nodes().get(i).results()) definition.put(v.id(), i);
            }
        }

        void add(int value) {
            if (!seen.add(value)) return;
            Integer at = definition.get(value);
            if (at == null || at < forwardNodes && !isCheap(both.nodes().get(at))) {
                leaves.add(value);
                return;
            }
            nodes.add(at);
            both.nodes().get(at).operands().forEach(v -> add(v.id()));
        }

        /** Whether a forward value is computed again from what it is computed from, rather than stacked. */
        private boolean isCheap(Node n) {
            return Costs.isFree(n.op())
                    || Costs.isCheap(n.op()) && n.operands().stream().filter(v -> !isConstant(v.id())).count() <= 1;
        }

        private boolean isConstant(int value) {
            Integer at = definition.get(value);
            return at != null && Costs.isFree(both.nodes().get(at).op())
                    && both.nodes().get(at).operands().stream().allMatch(v -> isConstant(v.id()));
        }

        Set<Integer> nodes() {
            return nodes;
        }

        /** Values that are given rather than computed, in the order in which they were asked for. */
        List<Integer> leaves() {
            return List.copyOf(leaves);
        }

        /** Those of the forward pass. */
        List<Integer> saved() {
            Set<Integer> backward = new HashSet<>();
            both.inputs().subList(forwardParameters, both.inputs().size()).forEach(in -> backward.add(in.value().id()));
            return leaves.stream().filter(v -> !backward.contains(v)).toList();
        }
    }
}
