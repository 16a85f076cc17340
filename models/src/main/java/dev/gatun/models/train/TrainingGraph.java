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
import dev.gatun.models.optim.ParameterGroup;
import dev.gatun.models.optim.Trained;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Forward pass, backward pass, clipping and update of a model as one graph; with several parts to a step, two: {@link
 * #accumulate} adds up the gradients of all parts but the last, and {@link #train} takes the last and updates.
 *
 * @param optimizer how parameters change
 * @param clip bound of the gradients' global norm; 0 for none
 * @param dropout whether dropout layers drop
 * @param norm whether the gradients' norm is a result; computing it without clipping reads every gradient once more
 * @param groups parameters that are trained otherwise than the rest
 * @param parts batches in a step; the gradient is the mean of theirs
 * @param averaging weight of the past in the moving average of each parameter, kept as state {@link #AVERAGE}{@code
 *     <parameter>}: at most {@code (1 + step) / (10 + step)}, so that it forgets the first weights; 0 for none
 */
public record TrainingGraph(Optimizer optimizer, double clip, boolean dropout, boolean norm, List<ParameterGroup> groups, int parts,
        double averaging) {
    /** Name of the training function. */
    public static final String TRAIN = "train";
    /** Name of the function that adds up gradients. */
    public static final String ACCUMULATE = "accumulate";
    /** Name of the function that validates. */
    public static final String EVALUATE = "evaluate";
    /** f32 scalar data input of the training function. */
    public static final String LEARNING_RATE = "learningRate";
    /** f32 scalar data input of the training function: number of the step, from 1. */
    public static final String STEP = "step";
    /** f32 scalar result of all functions; with several parts to a step, that of training is their mean. */
    public static final String LOSS = "loss";
    /** f32 scalar result of the training function, where asked for: norm of all gradients before clipping. */
    public static final String GRADIENT_NORM = "gradientNorm";
    /** What names of the states start with that hold sums of gradients, zero between steps. */
    public static final String GRADIENT = "gradient.";
    /** What names of the states start with that hold moving averages of parameters. */
    public static final String AVERAGE = "average.";

    private static final ParameterGroup REST = ParameterGroup.of("*");

    public TrainingGraph {
        groups = List.copyOf(groups);
        if (parts < 1) throw new IllegalArgumentException("a step needs at least 1 batch, got " + parts);
        if (!(averaging >= 0 && averaging < 1)) throw new IllegalArgumentException("averaging must lie in [0,1), got " + averaging);
    }

    /** With all parameters alike, one batch to a step and no averages. */
    public TrainingGraph(Optimizer optimizer, double clip, boolean dropout, boolean norm) {
        this(optimizer, clip, dropout, norm, List.of(), 1, 0);
    }

    /** The same with the gradients' norm as a result. */
    public TrainingGraph(Optimizer optimizer, double clip, boolean dropout) {
        this(optimizer, clip, dropout, true);
    }

    /**
     * One training step, or its last part.
     *
     * @param parameters of the model
     * @param loss declares its data inputs and returns a scalar
     * @throws IllegalArgumentException for a group that no parameter belongs to, or when all parameters are frozen
     */
    public Graph train(ParameterTree parameters, Function<Tracer, Tensor> loss) {
        Map<ParameterGroup, List<Integer>> members = members(parameters);
        return Tracer.trace(TRAIN, t -> parameters.bind(t, tensors -> {
            Tensor value = loss(t, loss);
            Map<Integer, Tensor> gradients = gradients(members, tensors, value);
            if (parts > 1) {
                gradients.replaceAll((i, g) -> taken(t, GRADIENT + parameters.entries().get(i).name(), g));
                value = taken(t, GRADIENT + LOSS, value);
            }
            clip(t, gradients);
            Tensor rate = t.data(LEARNING_RATE, TensorType.of(DType.F32));
            Tensor step = t.data(STEP, TensorType.of(DType.F32));
            members.forEach((group, indices) -> {
                List<Trained> trained = new ArrayList<>();
                for (int i : indices) {
                    trained.add(new Trained(parameters.entries().get(i).name(), tensors.get(i),
                            group.penalized(tensors.get(i), gradients.get(i))));
                }
                Optimizer o = group.weightDecay().isPresent() ? optimizer.withWeightDecay(group.weightDecay().getAsDouble()) : optimizer;
                o.update(t, trained, group.rateFactor() == 1 ? rate : rate.mul(group.rateFactor()), step);
                if (averaging > 0) trained.forEach(p -> average(t, p, step));
            });
            t.output(LOSS, value);
            return tensors;
        }));
    }

    /** A part of a step that is not its last: adds to the sums of gradients and of losses. */
    public Graph accumulate(ParameterTree parameters, Function<Tracer, Tensor> loss) {
        Map<ParameterGroup, List<Integer>> members = members(parameters);
        return Tracer.trace(ACCUMULATE, t -> parameters.bind(t, tensors -> {
            Tensor value = loss(t, loss);
            gradients(members, tensors, value).forEach((i, g) -> add(t, GRADIENT + parameters.entries().get(i).name(), g));
            add(t, GRADIENT + LOSS, value);
            t.output(LOSS, value);
            return tensors;
        }));
    }

    private Tensor loss(Tracer t, Function<Tracer, Tensor> loss) {
        return Statistic.training(t, () -> dropout ? Dropout.training(t, () -> loss.apply(t)) : loss.apply(t));
    }

    /** Gradients of the trained parameters, by number. */
    private static Map<Integer, Tensor> gradients(Map<ParameterGroup, List<Integer>> members, List<Tensor> tensors, Tensor loss) {
        List<Integer> trained = members.values().stream().flatMap(List::stream).sorted().toList();
        List<Tensor> gradients = Grad.of(loss, trained.stream().map(tensors::get).toList());
        Map<Integer, Tensor> byNumber = new LinkedHashMap<>();
        for (int i = 0; i < trained.size(); i++) byNumber.put(trained.get(i), gradients.get(i));
        return byNumber;
    }

    private static void add(Tracer t, String state, Tensor x) {
        t.update(state, t.state(state, x.type()).add(x));
    }

    /** The mean over all parts of a step, of which this is the last; the sum starts anew. */
    private Tensor taken(Tracer t, String state, Tensor x) {
        Tensor sum = t.state(state, x.type()).add(x);
        t.update(state, x.zero());
        return sum.mul(1.0 / parts);
    }

    private void clip(Tracer t, Map<Integer, Tensor> gradients) {
        if (!norm && clip == 0) return;
        List<Tensor> all = List.copyOf(gradients.values());
        Tensor length = GlobalNorm.of(all);
        if (norm) t.output(GRADIENT_NORM, length);
        if (clip == 0) return;
        List<Tensor> clipped = GlobalNorm.clip(all, length, clip);
        List<Integer> numbers = List.copyOf(gradients.keySet());
        for (int i = 0; i < numbers.size(); i++) gradients.put(numbers.get(i), clipped.get(i));
    }

    private void average(Tracer t, Trained p, Tensor step) {
        Tensor before = t.state(AVERAGE + p.name(), p.value().type());
        Tensor past = step.add(1).div(step.add(10)).min(step.zero().add(averaging));
        t.update(AVERAGE + p.name(), before.add(t.updated(p.name()).sub(before).mul(past.neg().add(1))));
    }

    /** Numbers of the trained parameters by group; those of no group make the last one. */
    Map<ParameterGroup, List<Integer>> members(ParameterTree parameters) {
        List<ParameterTree.Entry> entries = parameters.entries();
        for (ParameterGroup g : groups) {
            if (entries.stream().noneMatch(e -> g.matches(e.name()))) {
                throw new IllegalArgumentException("no parameter's name fits the pattern " + g.pattern() + "; the names are "
                        + String.join(", ", entries.stream().map(ParameterTree.Entry::name).limit(4).toList()) + (entries.size() > 4 ? " ..." : ""));
            }
        }
        Map<ParameterGroup, List<Integer>> members = new LinkedHashMap<>();
        IntStream.range(0, entries.size()).forEach(i -> {
            ParameterGroup g = groups.stream().filter(x -> x.matches(entries.get(i).name())).findFirst().orElse(REST);
            if (!g.frozen()) members.computeIfAbsent(g, x -> new ArrayList<>()).add(i);
        });
        if (members.isEmpty()) throw new IllegalArgumentException("all parameters are frozen: there is nothing to train");
        return members;
    }

    /** Parameters as validation sees them: their averages, where there are any. */
    public ParameterTree evaluated(ParameterTree parameters) {
        if (averaging == 0) return parameters;
        List<Integer> trained = members(parameters).values().stream().flatMap(List::stream).toList();
        List<String> names = trained.stream().map(i -> parameters.entries().get(i).name()).toList();
        return parameters.renamed(n -> names.contains(n) ? AVERAGE + n : n);
    }

    /** Validation, without dropout and by running statistics. */
    public static Graph evaluate(ParameterTree parameters, Consumer<Tracer> body) {
        return Tracer.trace(EVALUATE, t -> parameters.bind(t, tensors -> {
            body.accept(t);
            return tensors;
        }));
    }
}
