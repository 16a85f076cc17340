package dev.gatun.models.onnx;

import dev.gatun.graph.ir.GraphException;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A model in the ONNX format, opset 13 to 21. Reading it checks all of its structure; weights stay in the file's memory,
 * which is mapped, until they are loaded. All floating types are computed as f32, all integers as i32.
 *
 * <pre>{@code
 * OnnxModel model = OnnxModel.read(Path.of("resnet18.onnx"));
 * ModelGraph forward = model.graph(Map.of("batch", 8));
 * try (Compiler compiler = new Compiler(Backend.AUTO, 0); Executable e = compiler.compile(forward.graph())) {
 *     forward.load(e::state);
 *     e.write(OnnxModel.FUNCTION, "images", pixels);
 *     e.run(OnnxModel.FUNCTION);
 *     e.read(OnnxModel.FUNCTION, "scores", scores);
 * }
 * }</pre>
 */
public final class OnnxModel {
    /** Name of the function that {@link #graph} makes. */
    public static final String FUNCTION = "model";
    /** First version of the operators that is read. */
    public static final int OLDEST = 13;
    /** Last version of the operators that is read. */
    public static final int NEWEST = 21;

    private final OnnxStructure structure;
    private final List<String> outputs;
    private final List<Schema.Node> nodes;
    private final Set<String> kernels;
    private final Set<String> statistics;

    private OnnxModel(OnnxStructure structure, List<String> outputs) {
        this.structure = structure;
        this.outputs = List.copyOf(outputs);
        nodes = structure.needed(outputs);
        Operators.check(structure.file(), structure.opset(), nodes);
        kernels = structure.kernels(nodes, outputs);
        statistics = OnnxStructure.statistics(nodes);
    }

    /**
     * Reads a file.
     *
     * @throws OnnxException for a file that is no such model, naming the field, node or tensor; operators that Gatun
     *     lacks are named all at once
     * @throws IOException when the file cannot be read
     */
    public static OnnxModel read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) throw new OnnxException(file.toString(), "file", "does not exist");
        Path folder = file.toAbsolutePath().getParent();
        return of(file.getFileName().toString(), Files.size(file) == 0 ? MemorySegment.NULL : TensorReader.map(file), folder);
    }

    /** Reads a model from memory; external data may lie in the folder, where there is one. */
    static OnnxModel of(String file, MemorySegment bytes, Path folder) {
        OnnxStructure structure = OnnxStructure.of(file, ProtoReader.model(file, bytes), new TensorReader(file, folder));
        return new OnnxModel(structure, structure.outputs().stream().map(Port::name).toList());
    }

    /**
     * The part of the model that computes one inner value, which becomes its only output: what is left when a head is
     * cut off.
     *
     * @throws OnnxException when there is no such value
     */
    public OnnxModel upTo(String value) {
        structure.requireValue(value);
        return new OnnxModel(structure, List.of(value));
    }

    /** Name of the file. */
    public String file() {
        return structure.file();
    }

    /** Version of the standard operators that the model is written for. */
    public int opset() {
        return structure.opset();
    }

    /** What the caller gives. */
    public List<Port> inputs() {
        return structure.inputs();
    }

    /** What the model computes. */
    public List<String> outputNames() {
        return outputs;
    }

    /** Names of the values that nodes compute, in order; where a model can be cut. */
    public List<String> valueNames() {
        return nodes.stream().flatMap(n -> n.outputs().stream()).filter(s -> !s.isEmpty()).toList();
    }

    /** Names of open sizes, which {@link #graph} takes. */
    public Set<String> symbols() {
        return inputs().stream().flatMap(p -> p.dims().stream()).flatMap(List::stream).filter(d -> d.fixed() == 0)
                .map(Port.Size::symbol).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * The model as a graph for given sizes. Data inputs and results have the model's names; truth values are i32, 0 or 1.
     *
     * @param sizes of open dimensions by symbol; those not named are 1
     * @throws OnnxException naming the node that cannot be computed with these sizes
     */
    public ModelGraph graph(Map<String, Integer> sizes) {
        List<Weight> kept = new ArrayList<>();
        Map<String, TensorType> types = inputTypes(sizes);
        try {
            return new ModelGraph(Tracer.trace(FUNCTION, t -> {
                Map<String, Tensor> inputs = new HashMap<>();
                types.forEach((name, type) -> inputs.put(name, t.data(clean(name), type)));
                Importer importer = new Importer(this, t, w -> {
                    kept.add(w);
                    return t.state(w.name(), w.type());
                });
                List<Tensor> results = importer.run(truths(inputs), true);
                for (int i = 0; i < results.size(); i++) t.output(clean(outputs.get(i)), results.get(i).dtype() == DType.BOOL ? results.get(i).cast(DType.I32) : results.get(i));
            }), kept);
        } catch (GraphException e) {
            throw new OnnxException(file(), "graph", e.getMessage(), e);
        }
    }

    /** Types of the data inputs of {@link #graph}. */
    Map<String, TensorType> inputTypes(Map<String, Integer> sizes) {
        for (Map.Entry<String, Integer> e : sizes.entrySet()) {
            if (!symbols().contains(e.getKey())) {
                throw new OnnxException(file(), "size " + e.getKey(), "the model has no such open size; it has " + symbols());
            }
            if (e.getValue() < 1) throw new OnnxException(file(), "size " + e.getKey(), "must be at least 1, got " + e.getValue());
        }
        Map<String, TensorType> types = new LinkedHashMap<>();
        for (Port p : inputs()) types.put(p.name(), inputType(p, sizes));
        return types;
    }

    private TensorType inputType(Port p, Map<String, Integer> sizes) {
        String place = "input " + p.name();
        ElementType type = p.type().orElseThrow(() -> new OnnxException(file(), place, "is no tensor of a supported element type; supported are "
                + List.of(ElementType.values())));
        List<Port.Size> dims = p.dims().orElseThrow(() -> new OnnxException(file(), place, "has no shape"));
        try {
            Shape shape = new Shape(dims.stream().map(d -> d.fixed() > 0 ? d.fixed() : sizes.getOrDefault(d.symbol(), 1)).toList());
            return new TensorType(type.dtype() == DType.BOOL ? DType.I32 : type.dtype(), shape);
        } catch (IllegalArgumentException e) {
            throw new OnnxException(file(), place, e.getMessage(), e);
        }
    }

    /** Inputs that the model wants as truth values, made so. */
    Map<String, Tensor> truths(Map<String, Tensor> inputs) {
        Map<String, Tensor> all = new HashMap<>(inputs);
        for (Port p : inputs()) {
            if (p.type().filter(t -> t == ElementType.BOOL).isPresent()) all.computeIfPresent(p.name(), (n, x) -> x.cast(DType.BOOL));
        }
        return all;
    }

    /**
     * The model as part of others that are trained: its weights are parameters.
     *
     * @param sizes of open dimensions by symbol, which {@link OnnxNetwork#apply} then expects; those not named are 1
     * @param frozen names of initializers that are not trained
     */
    public OnnxNetwork network(Map<String, Integer> sizes, Predicate<String> frozen) {
        return OnnxNetwork.of(this, sizes, frozen);
    }

    /** A name as graphs allow it, without spaces. */
    static String clean(String name) {
        return name.isEmpty() ? "_" : name.replaceAll("\\s", "_");
    }

    List<Schema.Node> nodes() {
        return nodes;
    }

    Map<String, OnnxTensor> initializers() {
        return structure.initializers();
    }

    TensorReader tensors() {
        return structure.tensors();
    }

    /** Weights that only convolutions read. */
    Set<String> kernels() {
        return kernels;
    }

    /** An initializer as a state. */
    Weight weight(OnnxTensor t) {
        boolean kernel = kernels.contains(t.name());
        List<Integer> order = kernel ? List.of(2, 3, 1, 0) : List.of();
        List<Integer> dims = kernel ? order.stream().map(t.dims()::get).toList() : t.dims();
        return new Weight(clean(t.name()), new TensorType(DType.F32, new Shape(dims)), !statistics.contains(t.name()), to -> t.copyTo(to, order));
    }
}
