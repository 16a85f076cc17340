package dev.gatun.models.ready;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.generate.Generator;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.Sgd;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.models.vision.ImageConfig;
import dev.gatun.models.vision.ImageModel;
import dev.gatun.models.vision.ImageSize;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** The functions of language models and image classifiers, as training compiles them: train, evaluate, and prefill and
 * decode, or logits. */
public final class Functions {
    private static final long SEED = 1;
    private static final double MOMENTUM = 0.9;
    private static final String LOGITS = "logits";

    private Functions() {}

    /** State as training starts with it: parameters and statistics of a fixed seed, all else zero. */
    public static ReadyModel.Start fresh(ParameterTree parameters) {
        return executable -> {
            executable.states().forEach(s -> executable.state(s.name()).fill((byte) 0));
            parameters.initialize(SEED, executable::state);
        };
    }

    /**
     * A language model, trained by AdamW with clipping.
     *
     * @param batch windows of the whole context in a step
     */
    public static ReadyModel language(
            String name, LanguageModel model, ParameterTree parameters, int batch, ReadyModel.Start start) {
        TensorType ids = TensorType.of(DType.I32, batch, model.context());
        Function<Tracer, Tensor> loss = t -> model.loss(t.data("tokens", ids), t.data("targets", ids));
        Map<String, Supplier<Graph>> functions = new LinkedHashMap<>();
        functions.put(TrainingGraph.TRAIN, () -> new TrainingGraph(AdamW.standard(), 1, parameters.drops()).train(parameters, loss));
        functions.put(TrainingGraph.EVALUATE, () -> TrainingGraph.evaluate(parameters, t -> t.output(TrainingGraph.LOSS, loss.apply(t))));
        functions.put(Generator.PREFILL, () -> Generator.graphs(model, parameters, 1).getFirst());
        functions.put(Generator.DECODE, () -> Generator.graphs(model, parameters, 1).getLast());
        return new ReadyModel(name, functions, start);
    }

    /**
     * A classifier of images, trained by stochastic gradient descent with momentum.
     *
     * @param usual images in a step where {@code batch} is 0; {@code logits} then takes one
     */
    public static ReadyModel images(String name, ImageModel model, ParameterTree parameters, int usual, int batch, ReadyModel.Start start) {
        ImageConfig config = model.config();
        int n = batch == 0 ? usual : batch;
        TensorType labels = TensorType.of(DType.I32, n);
        Function<Tracer, Tensor> loss = t -> model.loss(t.data("images", type(config.image(), n)), t.data("labels", labels));
        Map<String, Supplier<Graph>> functions = new LinkedHashMap<>();
        functions.put(TrainingGraph.TRAIN,
                () -> new TrainingGraph(new Sgd(MOMENTUM, false, 0), 0, parameters.drops(), false).train(parameters, loss));
        functions.put(TrainingGraph.EVALUATE, () -> TrainingGraph.evaluate(parameters, t -> t.output(TrainingGraph.LOSS, loss.apply(t))));
        functions.put(LOGITS, () -> Tracer.trace(LOGITS, t -> parameters.bind(t, tensors -> {
            t.output(LOGITS, model.logits(t.data("images", type(config.image(), Math.max(1, batch)))));
            return tensors;
        })));
        return new ReadyModel(name, functions, start);
    }

    private static TensorType type(ImageSize image, int batch) {
        return TensorType.of(DType.F32, batch, image.height(), image.width(), image.channels());
    }
}
