package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.Parameter;
import dev.gatun.models.layers.Statistic;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * An imported model as a part of a model that is trained. It is a record like any other: parameters are found by name,
 * and start with the file's values.
 *
 * <pre>{@code
 * record Tuned(OnnxNetwork body, Linear head) {
 *     Tensor logits(Tensor images) {
 *         return head.apply(body.apply(Map.of("images", images)).getFirst());
 *     }
 * }
 * OnnxNetwork body = OnnxModel.read(file).upTo("flat").network(Map.of("batch", 32), name -> true);
 * }</pre>
 *
 * @param weights initializers that are trained, by name
 * @param fixed initializers and constants that are not
 * @param model where they come from
 * @param inputs types of the inputs by name
 */
public record OnnxNetwork(Map<String, Parameter> weights, Map<String, Statistic> fixed, OnnxModel model, Map<String, TensorType> inputs) {
    public OnnxNetwork {
        weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
        fixed = Collections.unmodifiableMap(new LinkedHashMap<>(fixed));
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    }

    static OnnxNetwork of(OnnxModel model, Map<String, Integer> sizes, Predicate<String> frozen) {
        Map<String, Parameter> weights = new LinkedHashMap<>();
        Map<String, Statistic> fixed = new LinkedHashMap<>();
        for (Weight w : model.graph(sizes).weights()) {
            Initializer start = new Initializer.Stored(w.content());
            if (w.trainable() && !frozen.test(w.name())) weights.put(w.name(), new Parameter(w.type(), start));
            else fixed.put(w.name(), new Statistic(w.type(), start));
        }
        return new OnnxNetwork(weights, fixed, model, model.inputTypes(sizes));
    }

    /**
     * Records the model's computation in the trace under way.
     *
     * @param given tensors of the model's inputs by name, of the types that {@link #inputs} says
     * @return the model's outputs, in order
     * @throws OnnxException when an input is missing or of another type
     */
    public List<Tensor> apply(Map<String, Tensor> given) {
        inputs.forEach((name, type) -> {
            Tensor x = given.get(name);
            if (x == null || !x.type().equals(type)) {
                throw new OnnxException(model.file(), "input " + name, "expected " + type + ", got " + (x == null ? "nothing" : x.type()));
            }
        });
        Tensor any = given.get(inputs.keySet().iterator().next());
        Importer importer = new Importer(model, (Tracer) any.recorder(), w -> {
            Parameter p = weights.get(w.name());
            return p != null ? p.tensor() : fixed.get(w.name()).tensor();
        });
        return importer.run(model.truths(given), false);
    }
}
