package dev.gatun.models.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The checked content of a model file.
 *
 * @param file its name, for messages
 * @param opset version of the standard operators
 * @param nodes in an order in which each reads only what is defined before
 * @param initializers by name
 * @param inputs that are no initializers
 * @param outputs of the whole model
 * @param tensors reads tensors in attributes
 */
record OnnxStructure(
        String file, int opset, List<Schema.Node> nodes, Map<String, OnnxTensor> initializers, List<Port> inputs,
        List<Port> outputs, TensorReader tensors) {

    /** Checks names, versions and tensors. */
    static OnnxStructure of(String file, Schema.Model m, TensorReader tensors) {
        if (m.graph() == null) throw new OnnxException(file, "file", "holds no ONNX model: there is no graph in it");
        Schema.Graph g = m.graph();
        int opset = opset(file, m);
        if (!g.sparseInitializers().isEmpty()) throw new OnnxException(file, "graph", "sparse initializers are not supported; store them dense");
        Map<String, OnnxTensor> initializers = new LinkedHashMap<>();
        for (Schema.Tensor t : g.initializers()) {
            String place = "initializer " + t.name();
            if (t.name().isEmpty()) throw new OnnxException(file, "initializer " + initializers.size(), "has no name");
            if (initializers.put(t.name(), tensors.read(t, place)) != null) throw new OnnxException(file, place, "two initializers have this name");
        }
        Set<String> defined = new HashSet<>(initializers.keySet());
        List<Port> inputs = new ArrayList<>();
        for (Schema.ValueInfo v : g.inputs()) {
            if (initializers.containsKey(v.name())) continue; // older files list initializers as inputs too
            inputs.add(port(file, v));
            if (!defined.add(v.name())) throw new OnnxException(file, "input " + v.name(), "two inputs have this name");
        }
        List<Port> outputs = g.outputs().stream().map(v -> port(file, v)).toList();
        if (outputs.isEmpty()) throw new OnnxException(file, "graph", "has no outputs");
        OnnxStructure s = new OnnxStructure(file, opset, g.nodes(), initializers, inputs, outputs, tensors);
        s.checkNames(defined);
        return s;
    }

    private static int opset(String file, Schema.Model m) {
        long version = -1;
        for (Schema.OperatorSet o : m.operatorSets()) {
            if (isStandard(o.domain())) version = o.version();
        }
        if (version < 0) throw new OnnxException(file, "field operatorSets", "names no version of the standard operators");
        if (version < OnnxModel.OLDEST || version > OnnxModel.NEWEST) {
            throw new OnnxException(file, "field operatorSets", "opset " + version + " is not supported; supported are " + OnnxModel.OLDEST
                    + " to " + OnnxModel.NEWEST + ": export the model for one of these");
        }
        return (int) version;
    }

    static boolean isStandard(String domain) {
        return domain.isEmpty() || domain.equals("ai.onnx");
    }

    private static Port port(String file, Schema.ValueInfo v) {
        if (v.name().isEmpty()) throw new OnnxException(file, "graph", "an input or output has no name");
        Schema.TensorType t = v.type() == null ? null : v.type().tensor();
        if (t == null) return new Port(v.name(), Optional.empty(), Optional.empty());
        if (t.shape() == null) return new Port(v.name(), ElementType.of(t.elementType()), Optional.empty());
        List<Port.Size> dims = new ArrayList<>();
        for (Schema.Dimension d : t.shape().dims()) {
            if (d.size() < 0 || d.size() > Integer.MAX_VALUE) {
                throw new OnnxException(file, "input or output " + v.name(), "a dimension of size " + d.size());
            }
            dims.add(new Port.Size((int) d.size(), d.symbol().isEmpty() ? v.name() + "[" + dims.size() + "]" : d.symbol()));
        }
        return new Port(v.name(), ElementType.of(t.elementType()), Optional.of(List.copyOf(dims)));
    }

    private void checkNames(Set<String> defined) {
        for (Schema.Node n : nodes) {
            for (String name : n.outputs()) {
                if (!name.isEmpty() && !defined.add(name)) {
                    throw new OnnxException(file, Importer.describe(n), "defines '" + name + "', which is defined already");
                }
            }
        }
        for (Port p : outputs) {
            if (!defined.contains(p.name())) throw new OnnxException(file, "output " + p.name(), "nothing defines it");
        }
    }

    void requireValue(String name) {
        if (initializers.containsKey(name) || nodes.stream().noneMatch(n -> n.outputs().contains(name))) {
            throw new OnnxException(file, "value " + name, "no node computes it");
        }
    }

    /** Graphs in a node's attributes. */
    static List<Schema.Graph> bodies(Schema.Node n) {
        return n.attributes().stream().map(Schema.Attribute::graph).filter(Objects::nonNull).toList();
    }

    /** Names that a node reads, its bodies included. */
    static Set<String> reads(Schema.Node n) {
        Set<String> names = new HashSet<>(n.inputs());
        for (Schema.Graph body : bodies(n)) {
            body.nodes().forEach(inner -> names.addAll(reads(inner)));
            body.outputs().forEach(o -> names.add(o.name()));
        }
        return names;
    }

    /** The nodes that some values depend on, in order. */
    List<Schema.Node> needed(List<String> values) {
        Set<String> wanted = new HashSet<>(values);
        List<Schema.Node> kept = new ArrayList<>();
        for (Schema.Node n : nodes.reversed()) {
            if (n.outputs().stream().noneMatch(wanted::contains)) continue;
            wanted.addAll(reads(n));
            kept.add(n);
        }
        return kept.reversed();
    }

    /** Initializers of rank 4 that nodes read as weights of convolutions and in no other way. */
    Set<String> kernels(List<Schema.Node> used, List<String> results) {
        Map<String, Boolean> uses = new HashMap<>();
        for (Schema.Node n : used) {
            boolean convolution = n.operator().equals("Conv") || n.operator().equals("ConvTranspose");
            for (int i = 0; i < n.inputs().size(); i++) uses.merge(n.inputs().get(i), convolution && i == 1, Boolean::logicalAnd);
            if (!bodies(n).isEmpty()) reads(n).forEach(name -> uses.put(name, false));
        }
        results.forEach(r -> uses.put(r, false));
        Set<String> names = new HashSet<>();
        initializers.forEach((name, t) -> {
            if (uses.getOrDefault(name, false) && t.dims().size() == 4) names.add(name);
        });
        return names;
    }

    /** Names of running means and variances. */
    static Set<String> statistics(List<Schema.Node> used) {
        Set<String> names = new HashSet<>();
        for (Schema.Node n : used) {
            if (n.operator().equals("BatchNormalization") && n.inputs().size() == 5) names.addAll(n.inputs().subList(3, 5));
        }
        return names;
    }
}
