package dev.gatun.graph.schedule;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.Concat;
import dev.gatun.graph.ops.Convolution;
import dev.gatun.graph.ops.FusedConv2d;
import dev.gatun.graph.ops.FusedMatMul;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.RandomUniform;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.ScatterAdd;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Computes values of the forward pass a second time where the backward pass needs them, instead of keeping them in
 * memory meanwhile (Griewank and Walther, 2000; Chen et al., "Training deep nets with sublinear memory cost", 2016).
 * Works on an expanded graph. The turn from the forward to the backward pass is where the values that wait in memory
 * take the most of it; a value that is computed before, and read after, can be computed again from what is still there.
 * The same ops on the same operands give the same bits.
 */
public final class Recomputation {
    /** Values smaller than this share of the largest sum are not worth a step. */
    private static final long SHARE = 2000;
    /** Rough speeds, for the order of the candidates alone: bytes and operations in a second. */
    private static final double BYTES_PER_SECOND = 1e10;
    private static final double FLOPS_PER_SECOND = 1e11;
    /** Nodes that computing one value again may take. */
    private static final int MOST_NODES = 2000;
    /** Values that are computed again one from the other; what follows is kept, so that the next can start there. */
    private static final int LONGEST_CHAIN = 8;
    /** Values whose bytes cost less than this are read and written once more, no more: loops like an activation or a norm. */
    private static final double CHEAP = 2.5e-10;

    /**
     * A value that can be computed again.
     *
     * @param value its number
     * @param bytes that it takes while it waits
     * @param seconds that computing it again takes, roughly
     */
    public record Candidate(int value, long bytes, double seconds) {
        /** What a byte costs. */
        public double secondsPerByte() {
            return seconds / bytes;
        }
    }

    /**
     * A graph with some values computed again.
     *
     * @param graph the graph
     * @param late the values computed again, which no step before the turn may compute
     */
    public record Rewritten(Graph graph, Set<Integer> late) {
        public Rewritten {
            late = Set.copyOf(late);
        }
    }

    private final Graph graph;
    private final Program program;
    private final Storage storage;
    private final Map<Integer, Integer> lastRead = new HashMap<>();
    private final int turn;
    private final List<Candidate> candidates = new ArrayList<>();

    private Recomputation(Graph graph) {
        this.graph = graph;
        program = new Program(graph);
        storage = new Storage(program, Set.of(), Set.of());
        reads();
        long[] live = live();
        turn = peak(live);
        for (Node n : graph.nodes()) {
            for (Value v : n.results()) {
                if (waits(v.id()) && isRepeatable(n) && v.type().bytes() >= live[turn] / SHARE) candidate(v);
            }
        }
        candidates.sort(Comparator.comparingDouble(Candidate::secondsPerByte).thenComparingInt(Candidate::value));
        Set<Integer> chosen = new HashSet<>();
        candidates.removeIf(c -> {
            chosen.add(c.value());
            boolean tooLong = longestChain(chosen) > LONGEST_CHAIN;
            if (tooLong) chosen.remove(c.value());
            return tooLong;
        });
    }

    /** Most values of a set that are computed one from the other, with no value between that waits in memory. */
    private int longestChain(Set<Integer> chosen) {
        Map<Integer, Integer> chains = new HashMap<>();
        int longest = 0;
        for (int i = 0; i < turn; i++) {
            Node n = graph.nodes().get(i);
            int chain = 0;
            for (Value v : n.operands()) chain = Math.max(chain, chains.getOrDefault(v.id(), 0));
            for (Value v : n.results()) {
                boolean again = chosen.contains(v.id());
                int here = again ? chain + 1 : waits(v.id()) ? 0 : chain;
                if (here > 0) chains.put(v.id(), here);
                longest = Math.max(longest, here);
            }
        }
        return longest;
    }

    /** Looks at an expanded graph. */
    public static Recomputation of(Graph graph) {
        return new Recomputation(graph);
    }

    /** What can be computed again, the cheapest byte first. */
    public List<Candidate> candidates() {
        return List.copyOf(candidates);
    }

    /** How many of the first candidates cost next to nothing. */
    public int cheap() {
        return (int) candidates.stream().filter(c -> c.secondsPerByte() <= CHEAP).count();
    }

    /** Notes the last node at which a step reads each value from memory. */
    private void reads() {
        for (Root r : storage.roots()) {
            Set<Integer> read = r.into() != null ? storage.leaves(r.value()) : storage.operandLeaves(r.value());
            read.forEach(v -> lastRead.merge(v, r.position(), Math::max));
        }
        int position = 0;
        for (Node n : graph.nodes()) {
            if (Program.isCall(n) || n.op() instanceof Concat) {
                for (Value v : n.operands()) {
                    for (int leaf : storage.leaves(v.id())) lastRead.merge(leaf, position, Math::max);
                }
            }
            position++;
        }
        for (Output o : graph.outputs()) {
            if (o.update()) lastRead.remove(o.value().id()); // computed into the state itself, which takes no more memory
            else storage.leaves(o.value().id()).forEach(leaf -> lastRead.put(leaf, graph.nodes().size()));
        }
    }

    private boolean isStored(int value) {
        return storage.place(value) != null;
    }

    /** Bytes in memory at each node: of values that are computed and read again. */
    private long[] live() {
        long[] change = new long[graph.nodes().size() + 2];
        for (Node n : graph.nodes()) {
            for (Value v : n.results()) {
                if (!isStored(v.id()) || !lastRead.containsKey(v.id())) continue;
                change[program.position(v.id())] += v.type().bytes();
                change[lastRead.get(v.id()) + 1] -= v.type().bytes();
            }
        }
        Arrays.parallelPrefix(change, Long::sum);
        return change;
    }

    private static int peak(long[] live) {
        int peak = 0;
        for (int i = 0; i < live.length; i++) if (live[i] > live[peak]) peak = i;
        return peak;
    }

    /** Whether a value in memory is computed before the turn and read after it. */
    private boolean waits(int value) {
        return isStored(value) && program.input(value) == null && program.position(value) < turn && lastRead.getOrDefault(value, -1) > turn;
    }

    private static boolean isRepeatable(Node n) {
        return !(n.op() instanceof Scan || n.op() instanceof Concat || n.op() instanceof ScatterAdd || n.op() instanceof RandomUniform);
    }

    private void candidate(Value v) {
        Set<Integer> seen = new HashSet<>();
        double seconds = seconds(v.id(), v.id(), seen);
        if (Double.isFinite(seconds) && seen.size() <= MOST_NODES) candidates.add(new Candidate(v.id(), v.type().bytes(), seconds));
    }

    /** Time to compute a value again from what is still in memory after the turn; infinite when that cannot be done. */
    private double seconds(int value, int wanted, Set<Integer> seen) {
        if (program.input(value) != null || value != wanted && waits(value)) return 0;
        int position = program.position(value);
        if (position >= turn || !seen.add(position)) return 0;
        Node n = program.node(value);
        if (!isRepeatable(n) || seen.size() > MOST_NODES) return Double.POSITIVE_INFINITY;
        double sum = 0;
        if (isStored(value)) {
            double bytes = program.type(value).bytes();
            for (int leaf : storage.operandLeaves(value)) bytes += program.type(leaf).bytes();
            sum = bytes / BYTES_PER_SECOND + (Program.isCall(n) ? flops(n) / FLOPS_PER_SECOND : 0);
        }
        for (Value v : n.operands()) sum += seconds(v.id(), wanted, seen);
        return sum;
    }

    /** Operations of a call, so far as their order of size counts. */
    private static double flops(Node n) {
        TensorType first = n.operands().getFirst().type();
        TensorType result = n.results().getFirst().type();
        double inner = switch (n.op()) {
            case MatMul m -> product(n);
            case FusedMatMul m -> product(n);
            case Attention a -> 2.0 * first.dim(1); // of [batch, time, heads, width]
            case Convolution c -> window(n);
            case FusedConv2d c -> window(n);
            default -> 1;
        };
        return 2.0 * result.elements() * inner;
    }

    /** Length of the sums in a convolution. */
    private static double window(Node n) {
        return (double) n.operands().get(1).type().elements() / n.results().getFirst().type().dim(-1);
    }

    /** Length of the sums in a matrix product. */
    private static double product(Node n) {
        double factors = (double) n.operands().get(0).type().elements() * n.operands().get(1).type().elements();
        return Math.sqrt(factors / n.results().getFirst().type().elements());
    }

    /**
     * The graph with the first candidates computed again.
     *
     * @param count how many of them
     */
    public Rewritten rewrite(int count) {
        Set<Integer> again = new HashSet<>();
        candidates.subList(0, count).forEach(c -> again.add(c.value()));
        Set<Integer> late = new HashSet<>();
        Graph result = Tracer.rewrite(graph.name(), t -> new Copy(t, again, late).run());
        return new Rewritten(result, late);
    }

    /** Records the graph anew, what comes after the turn with late versions of values before it. */
    private final class Copy {
        private final Tracer tracer;
        private final Set<Integer> again;
        private final Set<Integer> late;
        private final Map<Integer, Tensor> early = new HashMap<>();
        private final Map<Integer, Tensor> repeated = new HashMap<>();
        private final Map<Integer, Boolean> touched = new HashMap<>();

        Copy(Tracer tracer, Set<Integer> again, Set<Integer> late) {
            this.tracer = tracer;
            this.again = again;
            this.late = late;
        }

        void run() {
            for (Input in : graph.inputs()) early.put(in.value().id(), tracer.input(in.name(), in.value().type(), in.role()));
            for (int i = 0; i < graph.nodes().size(); i++) {
                Node n = graph.nodes().get(i);
                boolean after = i > turn;
                List<Tensor> operands = n.operands().stream().map(v -> after ? after(v.id()) : early.get(v.id())).toList();
                put(early, n, record(n, operands));
            }
            for (Output out : graph.outputs()) {
                Tensor x = early.get(out.value().id());
                if (out.update()) tracer.update(out.name(), x);
                else tracer.output(out.name(), x);
            }
        }

        private List<Tensor> record(Node n, List<Tensor> operands) {
            return tracer.at(n.source(), () -> tracer.repeat(n, operands));
        }

        private static void put(Map<Integer, Tensor> into, Node n, List<Tensor> results) {
            for (int i = 0; i < results.size(); i++) into.put(n.results().get(i).id(), results.get(i));
        }

        /** A value as nodes after the turn see it. */
        private Tensor after(int value) {
            if (!isTouched(value)) return early.get(value);
            if (repeated.containsKey(value)) return repeated.get(value);
            Node n = program.node(value);
            put(repeated, n, record(n, n.operands().stream().map(v -> after(v.id())).toList()));
            n.results().forEach(v -> late.add(repeated.get(v.id()).id()));
            return repeated.get(value);
        }

        /** Whether a value from before the turn is not in memory after it, or is computed in a loop from one that is not. */
        private boolean isTouched(int value) {
            if (program.input(value) != null || program.position(value) > turn) return false;
            if (again.contains(value)) return true;
            if (isStored(value)) return !waits(value) && program.position(value) < turn && isRepeatable(program.node(value));
            Boolean known = touched.get(value);
            if (known != null) return known;
            boolean found = program.node(value).operands().stream().anyMatch(v -> isTouched(v.id()));
            touched.put(value, found);
            return found;
        }
    }
}
