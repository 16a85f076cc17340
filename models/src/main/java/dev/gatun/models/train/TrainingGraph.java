package dev.gatun.models.train;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.layers.Dropout;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.layers.Statistic;
import dev.gatun.models.optim.GlobalNorm;
import dev.gatun.models.optim.Optimizer;
import dev.gatun.models.optim.Trained;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Forward pass, backward pass, clipping and update of a model as one graph.
 *
 * @param optimizer how parameters change
 * @param clip bound of the gradients' global norm; 0 for none
 * @param dropout whether dropout layers drop
 * @param norm whether the gradients' norm is a result; computing it without clipping reads every gradient once more
 */
public record TrainingGraph(Optimizer optimizer, double clip, boolean dropout, boolean norm) {
    /** Name of the training function. */
    public static final String TRAIN = "train";
    /** Name of the function that gives the loss alone. */
    public static final String EVALUATE = "evaluate";
    /** f32 scalar data input of the training function. */
    public static final String LEARNING_RATE = "learningRate";
    /** f32 scalar data input of the training function: number of the step, from 1. */
    public static final String STEP = "step";
    /** f32 scalar result of both functions. */
    public static final String LOSS = "loss";
    /** f32 scalar result of the training function, where asked for: norm of all gradients before clipping. */
    public static final String GRADIENT_NORM = "gradientNorm";

    /** With the gradients' norm as a result. */
    public TrainingGraph(Optimizer optimizer, double clip, boolean dropout) {
        this(optimizer, clip, dropout, true);
    }

    /**
     * One training step.
     *
     * @param parameters of the model
     * @param loss declares its data inputs and returns a scalar
     */
    public Graph train(ParameterTree parameters, Function<Tracer, Tensor> loss) {
        return Tracer.trace(TRAIN, t -> parameters.bind(t, tensors -> {
            Tensor value = Statistic.training(t, () -> dropout ? Dropout.training(t, () -> loss.apply(t)) : loss.apply(t));
            List<Tensor> gradients = Grad.of(value, tensors);
            if (norm || clip > 0) {
                Tensor length = GlobalNorm.of(gradients);
                if (clip > 0) gradients = GlobalNorm.clip(gradients, length, clip);
                if (norm) t.output(GRADIENT_NORM, length);
            }
            Tensor rate = t.data(LEARNING_RATE, TensorType.of(DType.F32));
            Tensor step = t.data(STEP, TensorType.of(DType.F32));
            optimizer.update(t, trained(parameters, tensors, gradients), rate, step);
            t.output(LOSS, value);
            return tensors;
        }));
    }

    private static List<Trained> trained(ParameterTree parameters, List<Tensor> values, List<Tensor> gradients) {
        List<Trained> list = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            list.add(new Trained(parameters.entries().get(i).name(), values.get(i), gradients.get(i)));
        }
        return list;
    }

    /** Validation, without dropout and by running statistics. */
    public static Graph evaluate(ParameterTree parameters, Consumer<Tracer> body) {
        return Tracer.trace(EVALUATE, t -> parameters.bind(t, tensors -> {
            body.accept(t);
            return tensors;
        }));
    }
}
