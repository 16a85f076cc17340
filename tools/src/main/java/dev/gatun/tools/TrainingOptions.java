package dev.gatun.tools;

import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.optim.LearningRate;
import dev.gatun.models.optim.Optimizer;
import dev.gatun.models.optim.OptimizerKind;
import dev.gatun.models.optim.ParameterGroup;
import dev.gatun.models.train.Task;
import dev.gatun.models.train.TrainingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** How long and how to train; the same for every kind of model. */
final class TrainingOptions {
    /** How the learning rate changes. */
    enum Schedule {
        COSINE,
        LINEAR,
        CONSTANT,
        ONE_CYCLE,
        STEP,
        PLATEAU
    }

    private static final int EVALUATIONS = 10;
    private static final double STEP_FACTOR = 0.3;
    private static final int STEPS = 3;
    private static final double PLATEAU_FACTOR = 0.3;
    private static final int PLATEAU_PATIENCE = 2;

    @Option(names = "--steps", paramLabel = "N", description = "Training steps. Default: the model's usual length (below).")
    private Integer steps;

    @Option(names = "--epochs", paramLabel = "N", description = "Train until all data was seen N times, instead of --steps.")
    private Integer epochs;

    @Option(
            names = "--accumulate",
            paramLabel = "N",
            defaultValue = "1",
            description = "Batches in a step, whose gradients are averaged: a large batch in the memory of a small one. Default: 1.")
    private int parts;

    @Option(names = "--optimizer", paramLabel = "NAME", description = "sgd (momentum 0.9, Nesterov), adam, adamw, rmsprop or lion. Default: the model's usual one.")
    private OptimizerKind optimizer;

    @Option(names = "--learning-rate", paramLabel = "X", description = "Highest learning rate. Default: the model's usual one, or another optimizer's.")
    private Double learningRate;

    @Option(
            names = "--schedule",
            paramLabel = "NAME",
            defaultValue = "cosine",
            description = "How the learning rate goes on: cosine or linear (falls to a tenth; for tables to a twentieth, for images to nothing), "
                    + "constant, one-cycle (up, then down to nothing), step (times 0.3, three times), plateau (times 0.3 when 2 validations "
                    + "bring nothing better). Default: cosine.")
    private String schedule;

    @Option(names = "--warmup", paramLabel = "N", description = "Steps in which the learning rate rises from 0. Default: a tenth of all, 100 at most for text; for tables a twentieth.")
    private Integer warmup;

    @Option(names = "--clip", paramLabel = "X", description = "Bound of the gradients' norm; 0 for none. Default: 1; for images 0.")
    private Double clip;

    @Option(names = "--weight-decay", paramLabel = "X", description = "Share of the weights taken away per step, times the rate. Default: the model's usual one.")
    private Double weightDecay;

    @Option(names = "--l1", paramLabel = "X", defaultValue = "0", description = "Penalty on the weights' magnitudes. Default: 0.")
    private double l1;

    @Option(names = "--l2", paramLabel = "X", defaultValue = "0", description = "Penalty on half the weights' squares. Default: 0.")
    private double l2;

    @Option(names = "--freeze", paramLabel = "PATTERN", description = "Leave parameters as they are: --freeze 'layers.0.*'. May be repeated.")
    private List<String> freeze = new ArrayList<>();

    @Option(
            names = "--group",
            paramLabel = "PATTERN:K=X,..",
            description = "Train parameters otherwise than the rest: rate=X (factor of the learning rate), decay=X, l1=X, l2=X. --group "
                    + "'*.bias:decay=0,rate=2'. May be repeated; the first that fits a name counts.")
    private List<String> groups = new ArrayList<>();

    @Option(
            names = "--average",
            paramLabel = "X",
            defaultValue = "0",
            description = "Validate and save moving averages of the weights; X is the share kept per step, 0.999 say. Default: 0, none.")
    private double averaging;

    @Option(names = "--validate-every", paramLabel = "N", description = "Steps between validations. Default: a tenth of all steps; for images an epoch.")
    private Integer validateEvery;

    @Option(
            names = "--patience",
            paramLabel = "N",
            defaultValue = "0",
            description = "Stop after N validations without a better loss, and keep the weights of the best. Default: 0, train to the end and keep the last.")
    private int patience;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Same seed, same run. Default: 1.")
    private long seed;

    @Option(
            names = "--find-learning-rate",
            description = "Do not train: raise the learning rate step by step, draw the loss, and suggest a rate.")
    private boolean find;

    /** Checks the flags before any work is done. */
    void check() {
        if (steps != null) Flags.atLeastOne("--steps", steps);
        if (epochs != null) Flags.atLeastOne("--epochs", epochs);
        if (steps != null && epochs != null) throw new IllegalArgumentException("--steps and --epochs both say how long to train: choose one");
        Flags.atLeastOne("--accumulate", parts);
        if (learningRate != null) Flags.positive("--learning-rate", learningRate);
        if (warmup != null) Flags.atLeastZero("--warmup", warmup);
        if (clip != null) Flags.atLeastZero("--clip", clip);
        if (weightDecay != null) Flags.atLeastZero("--weight-decay", weightDecay);
        Flags.atLeastZero("--l1", l1);
        Flags.atLeastZero("--l2", l2);
        if (!(averaging >= 0 && averaging < 1)) throw new IllegalArgumentException("--average must lie in [0,1), got " + averaging);
        if (validateEvery != null) Flags.atLeastOne("--validate-every", validateEvery);
        Flags.atLeastZero("--patience", patience);
        schedule();
        groups();
    }

    /** Whether to look for a learning rate instead of training. */
    boolean finds() {
        return find;
    }

    long seed() {
        return seed;
    }

    /**
     * The settings.
     *
     * @param task tells how long an epoch is
     * @param usual where no flag says otherwise
     */
    TrainingSettings settings(Task task, TrainingDefaults usual) {
        int n = length(task, usual);
        TrainingSettings settings = new TrainingSettings(n, rate(usual, n), optimizer(usual), clip == null ? usual.clip() : clip, seed,
                        validateEvery(task, usual, n), usual.evaluateBatches())
                .withParts(parts)
                .withGroups(groups().toArray(ParameterGroup[]::new))
                .withAveraging(averaging)
                .withPatience(patience);
        settings.check(ParameterTree.of(task.model()));
        return settings;
    }

    private int length(Task task, TrainingDefaults usual) {
        if (steps != null) return steps;
        if (epochs == null && usual.steps() > 0) return usual.steps();
        long n = Math.max(1, Math.multiplyExact(task.batchesPerEpoch(), (long) (epochs == null ? usual.epochs() : epochs)) / parts);
        if (n > Integer.MAX_VALUE) throw new IllegalArgumentException("--epochs: " + n + " steps are too many");
        return (int) n;
    }

    private int validateEvery(Task task, TrainingDefaults usual, int n) {
        if (validateEvery != null) return validateEvery;
        return usual.steps() > 0 ? Math.max(1, n / EVALUATIONS) : Math.clamp(task.batchesPerEpoch() / parts, 1, n);
    }

    private Optimizer optimizer(TrainingDefaults usual) {
        if (optimizer != null && optimizer != usual.kind()) return optimizer.of(weightDecay == null ? usual.weightDecay() : weightDecay);
        return weightDecay == null ? usual.optimizer() : usual.optimizer().withWeightDecay(weightDecay);
    }

    /** What the banner calls the optimizer. */
    String optimizerName(TrainingDefaults usual) {
        return (optimizer == null ? usual.kind() : optimizer).name().toLowerCase(Locale.ROOT);
    }

    private double peak(TrainingDefaults usual) {
        if (learningRate != null) return learningRate;
        return optimizer == null || optimizer == usual.kind() ? usual.learningRate() : optimizer.learningRate();
    }

    private Schedule schedule() {
        for (Schedule s : Schedule.values()) {
            if (s.name().replace('_', '-').equalsIgnoreCase(schedule)) return s;
        }
        throw new IllegalArgumentException("--schedule knows no '" + schedule + "': choose one of cosine, linear, constant, one-cycle, step, plateau");
    }

    private LearningRate rate(TrainingDefaults usual, int n) {
        double peak = peak(usual);
        double floor = usual.floor() * peak;
        long rising = warmup != null ? warmup : Math.min(usual.longestRise(), (long) (usual.rise() * n));
        return switch (schedule()) {
            case COSINE -> new LearningRate.Cosine(peak, floor, rising, n);
            case LINEAR -> new LearningRate.Warmup(new LearningRate.Linear(peak, floor, n), rising);
            case CONSTANT -> new LearningRate.Warmup(new LearningRate.Constant(peak), rising);
            case ONE_CYCLE -> new LearningRate.OneCycle(peak, n);
            case STEP -> new LearningRate.Warmup(new LearningRate.Steps(peak, STEP_FACTOR, Math.max(1, n / (STEPS + 1))), rising);
            case PLATEAU -> new LearningRate.Warmup(new LearningRate.Plateau(peak, PLATEAU_FACTOR, PLATEAU_PATIENCE), rising);
        };
    }

    /** Frozen ones first, then the groups, then the penalties on all the rest. */
    private List<ParameterGroup> groups() {
        List<ParameterGroup> all = new ArrayList<>();
        freeze.forEach(p -> all.add(ParameterGroup.frozen(p)));
        groups.forEach(g -> all.add(group(g)));
        if (l1 > 0 || l2 > 0) all.add(ParameterGroup.of("*").withL1(l1).withL2(l2));
        return all;
    }

    private ParameterGroup group(String text) {
        int colon = text.indexOf(':');
        if (colon < 1) throw new IllegalArgumentException("--group '" + text + "' must be PATTERN:NAME=NUMBER, such as '*.bias:decay=0'");
        ParameterGroup g = ParameterGroup.of(text.substring(0, colon)).withL1(l1).withL2(l2);
        for (String setting : text.substring(colon + 1).split(",")) {
            String[] parts = setting.split("=", 2);
            double x;
            try {
                x = Double.parseDouble(parts.length == 2 ? parts[1] : "");
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("--group '" + text + "': expected NAME=NUMBER, found '" + setting + "'", e);
            }
            g = switch (parts[0]) {
                case "rate" -> g.withRateFactor(x);
                case "decay" -> g.withWeightDecay(x);
                case "l1" -> g.withL1(x);
                case "l2" -> g.withL2(x);
                default -> throw new IllegalArgumentException("--group '" + text + "' knows no '" + parts[0] + "': choose rate, decay, l1 or l2");
            };
        }
        return g;
    }
}
