package dev.gatun.runtime.cpu;

import dev.gatun.bindings.OneDnnLibrary;
import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.AttentionGrad;
import dev.gatun.graph.ops.CachedAttention;
import dev.gatun.graph.ops.Convolution;
import dev.gatun.graph.ops.Fused;
import dev.gatun.graph.ops.FusedConv2d;
import dev.gatun.graph.ops.FusedMatMul;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Pool2d;
import dev.gatun.graph.ops.Pool2dGrad;
import dev.gatun.graph.ops.Pool2dPick;
import dev.gatun.graph.ops.Pooling;
import dev.gatun.graph.ops.RandomUniform;
import dev.gatun.graph.ops.ScatterAdd;
import dev.gatun.graph.ops.StoreRows;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Motion;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.schedule.Repeat;
import dev.gatun.graph.schedule.Schedule;
import dev.gatun.graph.schedule.Step;
import dev.gatun.graph.schedule.Together;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.simd.CompilerDirectives;
import dev.gatun.simd.Kernel;
import dev.gatun.simd.conv.ConvShape;
import dev.gatun.simd.conv.Pool;
import dev.gatun.simd.conv.PoolShape;
import dev.gatun.simd.gemm.Gemm;
import dev.gatun.simd.loop.LoopCompiler;
import dev.gatun.simd.loop.LoopProgram;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Lowers plans to kernels: generated loops, and matrix products and convolutions in pure Java or in oneDNN. Owns code and engine. */
public final class CpuBackend implements AutoCloseable {
    /** Who computes matrix products. */
    public enum Products {
        /** Generated kernels. */
        SIMD,
        /** oneDNN. */
        ONEDNN,
        /** Whichever is measured to be faster for a shape. */
        MEASURED
    }

    /** Elements times instructions that take some tenths of a millisecond to interpret. */
    private static final long WORTH_WARMING = 3 << 12;
    /** Operations below which a convolution is left to oneDNN: to measure both ways takes longer than it saves. */
    private static final double WORTH_MEASURING = 1 << 22;
    /** More than one, to keep HotSpot's compiler busy; few, for it has few threads itself. */
    private static final int WARM_UP_THREADS = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 4);

    private final Products products;
    private final OneDnnProducts oneDnn;
    private final ProductChoice choice;
    private final String library;
    private final String libraryTarget;
    private final LoopCompiler loops = new LoopCompiler();
    private final Gemm gemm = new Gemm();
    private final JavaProducts javaProducts = new JavaProducts(gemm);
    private final JavaConvolutions javaConvolutions = new JavaConvolutions(gemm);
    private final OneDnnConvolutions convolutions;
    /** Decisions of an earlier compilation, by shape: whether oneDNN computes a call. */
    private final Map<String, Boolean> decisions = new ConcurrentHashMap<>();
    private final AttentionKernels attention = new AttentionKernels(gemm.microKernels());

    /** With products in pure Java. */
    public CpuBackend() {
        products = Products.SIMD;
        oneDnn = null;
        convolutions = null;
        choice = null;
        library = "matrix products and convolutions in Java";
        libraryTarget = "";
    }

    /**
     * With oneDNN.
     *
     * @param products {@link Products#ONEDNN} or {@link Products#MEASURED}
     * @param loaded the library
     */
    public CpuBackend(Products products, OneDnnLibrary.Ready loaded) {
        this.products = products;
        oneDnn = new OneDnnProducts(loaded);
        convolutions = new OneDnnConvolutions(loaded);
        libraryTarget = "oneDNN " + loaded.version() + " " + loaded.isa();
        String machine = loaded.isa() + " oneDNN " + loaded.version() + " Java " + Runtime.version() + " lanes " + loops.lanes();
        choice = new ProductChoice(new ProductTimes(OneDnnLibrary.cacheFolder().resolve("products-3.tsv"), machine));
        library = "matrix products and convolutions by oneDNN " + loaded.version() + " (" + loaded.isa() + ")"
                + (products == Products.MEASURED ? " or in Java, whichever is faster for a shape" : "");
    }

    /** Composites that have a kernel here. */
    public Predicate<Op> claims() {
        return op -> switch (op) {
            case Attention a -> true;
            case AttentionGrad a -> true;
            case CachedAttention a -> true;
            case FusedMatMul f -> oneDnn != null;
            case FusedConv2d f -> f.activation() == Fused.Activation.NONE || f.activation() == Fused.Activation.RELU;
            default -> false;
        };
    }

    /** What the start-up line says of this backend. */
    public String description() {
        CompilerDirectives directives = CompilerDirectives.install();
        return "generated Vector API loops, " + loops.lanes() * 32 + "-bit vectors; " + library
                + (directives.inForce() ? "" : "; C1 not excluded: " + directives.reason());
    }

    /** The compiler of fused loops, whose listings {@code explain} prints. */
    public LoopCompiler loops() {
        return loops;
    }

    /** For each product and convolution of some steps, whether oneDNN computes it. */
    public Map<String, Boolean> decisions(List<Step> steps) {
        Map<String, Boolean> decided = new TreeMap<>();
        for (Step step : steps) {
            switch (step) {
                case Call c when SpatialShapes.convolution(c) instanceof Convolution v -> decided.put(ProductChoice.shape(c), inOneDnn(v, c));
                case Call c when OneDnnProducts.product(c) != null -> decided.put(ProductChoice.shape(c), inOneDnn(c));
                case Repeat r -> decided.putAll(decisions(r.body().steps()));
                default -> { }
            }
        }
        return decided;
    }

    /** Takes decisions over from an earlier compilation on such a machine, so that nothing is measured. */
    public void adopt(Map<String, Boolean> decided) {
        decisions.putAll(decided);
    }

    /** Versions and instruction set of oneDNN; empty without it. */
    public String libraryTarget() {
        return libraryTarget;
    }

    /** Adds a buffer for each call that needs memory of its own while it runs. */
    public Schedule withWorkspaces(Schedule s) {
        return new Workspaces(this::workspaceBytes, c -> products == Products.MEASURED ? javaProducts.workspaceBytes(c) : 0).addedTo(s);
    }

    private long workspaceBytes(Call c) {
        return switch (c.op()) {
            case FusedMatMul f -> isStreamed(c) ? javaProducts.streamedBytes(f, c) : 0;
            case MatMul m -> inOneDnn(c) ? 0 : javaProducts.workspaceBytes(c);
            case Convolution v -> workspaceBytes(v, c);
            case FusedConv2d f -> workspaceBytes(f.product(), c);
            default -> 0;
        };
    }

    private long workspaceBytes(Convolution op, Call c) {
        return inOneDnn(op, c) ? convolutions.workspaceBytes(op, c) : javaConvolutions.workspaceBytes(op, c);
    }

    /**
     * Generates the loops of plans and has HotSpot compile those with much to do, several at a time. Returns when that
     * is done. Loops with little to do are left to HotSpot's own counting: interpreting them costs less.
     *
     * @throws dev.gatun.simd.loop.LoopTooLargeException when a loop's code would be too long to run fast
     */
    public void warmUp(List<ExecutionPlan> plans) {
        Map<LoopProgram, Long> work = new LinkedHashMap<>();
        plans.forEach(p -> count(p.steps(), 1, work));
        work.values().removeIf(w -> w < WORTH_WARMING);
        if (work.isEmpty()) return;
        try (ExecutorService workers = Executors.newFixedThreadPool(WARM_UP_THREADS)) {
            work.keySet().forEach(p -> workers.execute(p::warmUp));
        }
    }

    private void count(List<Step> steps, long times, Map<LoopProgram, Long> work) {
        for (Step step : steps) {
            switch (step) {
                case Loop l -> count(l, times, work);
                case Together t -> t.loops().forEach(l -> count(l, times, work));
                case Repeat r -> count(r.body().steps(), times * r.count(), work);
                case Call c -> { }
            }
        }
    }

    private void count(Loop l, long times, Map<LoopProgram, Long> work) {
        work.merge(loops.compile(l), times * l.domain().elements() * l.body().size(), Long::sum);
    }

    /** What a step becomes, to be run one after another; said to be step 0. */
    public List<Work> lower(ExecutionPlan plan, Step step) {
        return switch (step) {
            case Loop l -> singles(List.of(bound(l, plan)), l);
            case Together t -> singles(List.of(new JointKernel(t.label(), t.loops().stream().map(l -> bound(l, plan)).toList())), t);
            case Call c -> singles(call(plan, c), c);
            case Repeat r -> List.of(loop(plan.body(r), r));
        };
    }

    private Kernel bound(Loop l, ExecutionPlan plan) {
        return loops.kernel(l, addresses(l.places(), plan), motions(l.places(), plan));
    }

    private static List<Work> singles(List<Kernel> kernels, Step step) {
        return kernels.stream().<Work>map(k -> new Work.Single(k, step.source(), 0)).toList();
    }

    private Work loop(ExecutionPlan body, Repeat r) {
        List<Work> before = new ArrayList<>();
        List<Work> work = new ArrayList<>();
        for (int i = 0; i < r.body().steps().size(); i++) {
            int at = i;
            Step step = r.body().steps().get(i);
            List<Work> lowered = lower(body, step).stream().map(w -> w.at(at)).toList();
            // a right operand that stays the same is packed once
            boolean packsOnce = step instanceof Call c && c.op() instanceof MatMul m && lowered.size() == 2
                    && JavaProducts.packsFirst(m, c) && Workspaces.isSame(r, c.operands().get(1));
            if (packsOnce) before.add(lowered.getFirst());
            work.addAll(packsOnce ? lowered.subList(1, 2) : lowered);
        }
        return new Work.Loop(r.label() + " of " + r.count(), r.source(), 0, r.count(), before, work);
    }

    private List<Kernel> call(ExecutionPlan plan, Call c) {
        long[] at = addresses(c.operands(), plan);
        return switch (c.op()) {
            case MatMul m -> inOneDnn(c) ? oneDnnProduct(plan, c) : javaProducts.kernels(plan, c);
            case FusedMatMul f -> isStreamed(c) ? javaProducts.streamed(plan, f, c) : oneDnnProduct(plan, c);
            case Convolution v -> convolution(v, c, plan);
            case FusedConv2d f -> convolution(f.product(), c, plan);
            case Pooling p -> List.of(pooling(p, c, at, address(c.results().getFirst(), plan)));
            case ScatterAdd s -> {
                Place updates = c.operands().get(1);
                int count = (int) c.operands().get(0).shape().elements();
                int width = (int) (updates.shape().elements() / count);
                yield List.of(new dev.gatun.simd.kernels.ScatterAdd(
                        at[0], count, at[1], width, address(c.results().getFirst(), plan), s.rows()));
            }
            case RandomUniform r -> List.of(new dev.gatun.simd.kernels.RandomUniform(
                    at[0], r.stream(), r.shape().elements(), address(c.results().getFirst(), plan)));
            case StoreRows s -> List.of(storeRows(c, at, address(c.results().getFirst(), plan)));
            case CachedAttention a -> List.of(attention.cached(c, plan));
            case Attention a -> List.of(attention.forward(a.causal(), c, plan));
            case AttentionGrad a -> List.of(attention.backward(a.causal(), c, plan));
            default -> throw new IllegalArgumentException("no kernel for " + c.op().name());
        };
    }

    private List<Kernel> convolution(Convolution op, Call c, ExecutionPlan plan) {
        return inOneDnn(op, c) ? convolutions.kernels(op, c, plan) : javaConvolutions.kernels(op, c, plan);
    }

    private static Kernel pooling(Pooling op, Call c, long[] at, long result) {
        PoolShape s = SpatialShapes.pooling(op, c);
        boolean isMax = op.kind() == Pooling.Kind.MAX;
        return switch (op) {
            case Pool2d p -> isMax ? Pool.maximum(s, at[0], at[0], result) : Pool.average(s, at[0], result);
            case Pool2dPick p -> Pool.maximum(s, at[0], at[1], result);
            case Pool2dGrad p -> isMax ? Pool.maximumGradient(s, at[1], at[0], result) : Pool.averageGradient(s, at[0], result);
        };
    }

    private List<Kernel> oneDnnProduct(ExecutionPlan plan, Call c) {
        return List.of(oneDnn.kernel(c, plan));
    }

    private boolean isStreamed(Call c) {
        return products != Products.ONEDNN && JavaProducts.streams(c);
    }

    /** Whether a product goes to oneDNN; one that only oneDNN computes goes there without being asked for. */
    private boolean inOneDnn(Call c) {
        if (oneDnn == null || c.workspace() >= 0 || isStreamed(c)) return false;
        Boolean decided = decisions.get(ProductChoice.shape(c));
        if (decided != null) return decided;
        boolean onlyThere = c.op() instanceof FusedMatMul || c.operands().getFirst().dtype() == DType.BF16;
        if (onlyThere) return true; // lowering throws if the library refuses it
        if (!oneDnn.takes(c)) return false;
        if (products == Products.ONEDNN) return true;
        return choice.isOneDnnFaster(c, javaProducts::kernels, this::oneDnnProduct, javaProducts.workspaceBytes(c));
    }

    private boolean inOneDnn(Convolution op, Call c) {
        if (oneDnn == null) return false;
        Boolean decided = decisions.get(ProductChoice.shape(c));
        if (decided != null) return decided;
        if (products == Products.ONEDNN || !javaConvolutions.takes(op, c)) return true;
        ConvShape s = SpatialShapes.convolution(op, c);
        if (s.groups() > 1 || s.operations() < WORTH_MEASURING) return true; // in groups, the library is far ahead
        long workspace = Math.max(convolutions.workspaceBytes(op, c), javaConvolutions.workspaceBytes(op, c));
        return choice.isOneDnnFaster(c, (plan, trial) -> javaConvolutions.kernels(op, trial, plan),
                (plan, trial) -> convolutions.kernels(op, trial, plan), workspace);
    }

    /** The code of a fused loop, or of all within a loop of steps; empty for other steps. */
    public String listing(Step step) {
        return switch (step) {
            case Loop l -> loops.compile(l).listing();
            case Together t -> t.loops().stream().map(this::listing).distinct().collect(Collectors.joining());
            case Repeat r -> r.body().steps().stream().map(this::listing).collect(Collectors.joining());
            case Call c -> "";
        };
    }

    /** Who computes a product or a convolution and why, for listings; empty for other steps. */
    public String describe(Step step) {
        if (step instanceof Repeat r) {
            return r.body().steps().stream().map(this::describe).filter(s -> !s.isEmpty()).collect(Collectors.joining("; "));
        }
        if (step instanceof Call c && SpatialShapes.convolution(c) instanceof Convolution v) {
            String why = choice == null ? "" : ": " + choice.describe(c);
            return inOneDnn(v, c) ? "onednn" + convolutions.describe(v, c) + why : "simd " + javaConvolutions.method(v, c) + why;
        }
        if (!(step instanceof Call c) || OneDnnProducts.product(c) == null) return "";
        if (isStreamed(c)) return "simd: few rows, bound by memory";
        if (!inOneDnn(c)) return "simd" + (choice == null ? "" : ": " + choice.describe(c));
        return "onednn" + (c.op() instanceof FusedMatMul ? ": with what follows the product" : ": " + choice.describe(c));
    }

    /** Frees what kernels hold outside the arena. */
    public static void close(List<Kernel> kernels) {
        for (Kernel k : kernels) {
            if (k instanceof OneDnnProduct p) p.close();
            if (k instanceof OneDnnConvolutionKernel c) c.close();
        }
    }

    /** Frees the engine. */
    @Override
    public void close() {
        if (oneDnn != null) oneDnn.close();
        if (convolutions != null) convolutions.close();
    }

    private static long[] addresses(List<Place> places, ExecutionPlan plan) {
        return places.stream().mapToLong(p -> address(p, plan)).toArray();
    }

    private static Motion[] motions(List<Place> places, ExecutionPlan plan) {
        return places.stream().map(p -> plan.motion(p.buffer())).toArray(Motion[]::new);
    }

    /** Byte address of a place's first element. */
    static long address(Place p, ExecutionPlan plan) {
        return plan.offset(p.buffer()) + p.offset() * p.dtype().bytes();
    }

    private static Kernel storeRows(Call c, long[] at, long result) {
        Place sequences = c.operands().get(0);
        Place fresh = c.operands().get(1);
        Shape s = sequences.shape();
        return new dev.gatun.simd.kernels.StoreRows(
                new dev.gatun.simd.kernels.StoreRows.Sequences(at[0], s.dim(0), s.dim(1), (int) s.sub(2, s.rank()).elements()),
                new dev.gatun.simd.kernels.StoreRows.Fresh(
                        at[1], fresh.shape().dim(0), fresh.shape().dim(1), fresh.strides().get(0), fresh.strides().get(1)),
                at[2],
                at[3],
                result);
    }
}
