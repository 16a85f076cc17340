package dev.gatun.graph.schedule;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Concat;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Scan;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Turns a graph into steps. Every value that must lie in memory and is computed by loops is a root; each root in
 * turn joins the loop that computes what it reads, or one that reads the same, when their domains agree and no step
 * between the two would have to run both before and after the result. Everything else is computed inside these
 * loops. Concatenations vanish: their parts are written where they belong.
 */
public final class Fuser {
    /** Roots farther apart than this many nodes do not share a loop, which bounds compile time and lifetimes. */
    private static final int WINDOW = 600;
    /** Bounds on a loop's size, so that its bytecode stays below what C2 compiles well. */
    private static final int MOST_WEIGHT = 220;
    private static final int MOST_PLACES = 24;

    private final boolean inLoop;
    private final Set<Integer> late;
    private final int turn;
    private final Program program;
    private final Storage storage;
    private final List<Unit> units = new ArrayList<>();
    private final Map<Integer, Unit> makers = new HashMap<>();
    private final Map<Integer, Set<Group>> readers = new HashMap<>();
    private final Map<Unit, Set<Unit>> dependencies = new HashMap<>();

    private final Set<Saving> without;

    private Fuser(Graph graph, Set<Integer> forced, boolean inLoop, Set<Integer> late, Set<Saving> without) {
        this.inLoop = inLoop;
        this.without = without;
        this.late = late;
        program = new Program(graph);
        turn = late.stream().mapToInt(program::position).min().orElse(0);
        storage = new Storage(program, forced, without);
    }

    /** Schedules an expanded graph. */
    public static Schedule schedule(Graph graph) {
        return schedule(graph, Set.of());
    }

    /** Schedules an expanded graph, but for some savings. */
    public static Schedule schedule(Graph graph, Set<Saving> without) {
        return schedule(graph, false, Set.of(), without);
    }

    /** Schedules a graph that computes some values again, in loops that run after its turn. */
    public static Schedule schedule(Recomputation.Rewritten rewritten, Set<Saving> without) {
        return schedule(rewritten.graph(), false, rewritten.late(), without);
    }

    /** Schedules the body of a loop, which runs so often that a step less is worth more than anything else. */
    static Schedule body(Graph graph) {
        return schedule(graph, true, Set.of(), Set.of());
    }

    private static Schedule schedule(Graph graph, boolean inLoop, Set<Integer> late, Set<Saving> without) {
        Set<Integer> forced = new HashSet<>();
        while (true) {
            try {
                return new Fuser(graph, forced, inLoop, late, without).run();
            } catch (LoopBuilder.NeedsMemory e) {
                if (!forced.add(e.value)) throw new IllegalStateException("no loop can compute %" + e.value, e);
            }
        }
    }

    private Schedule run() {
        Deque<Root> roots = new ArrayDeque<>(storage.roots());
        List<Node> nodes = program.graph.nodes();
        for (int i = 0; i <= nodes.size(); i++) {
            if (i < nodes.size() && isWhole(nodes.get(i))) whole(nodes.get(i), i);
            while (!roots.isEmpty() && roots.peek().position() <= i) place(roots.poll());
        }
        List<Unit> order = order();
        Set<Integer> stored = stored(order);
        List<Step> steps = new ArrayList<>();
        for (Unit u : order) {
            switch (u) {
                case Group g -> {
                    Loop loop = LoopBuilder.build(program, storage, g, stored).loop();
                    if (!loop.body().isEmpty()) steps.add(loop);
                }
                case Unit.Whole w -> {
                    if (w.node().op() instanceof Scan s) steps.add(LoopBody.repeat(s, w.node(), storage));
                    else if (!(w.node().op() instanceof Concat)) steps.add(call(w.node()));
                }
            }
        }
        Schedule plain = new Schedule(program.graph.name(), storage.buffers(), steps, storage.inputs(), storage.results());
        Schedule updated = Updates.apply(program, storage, plain, !without.contains(Saving.IN_PLACE));
        return inLoop || without.contains(Saving.TOGETHER) ? updated : SmallLoops.together(updated);
    }

    private static boolean isWhole(Node n) {
        return Program.isCall(n) || n.op() instanceof Concat;
    }

    /** A call, or a concatenation, which waits for the roots that copy its parts. */
    private void whole(Node n, int position) {
        Unit.Whole unit = new Unit.Whole(n, position);
        Set<Unit> needs = new LinkedHashSet<>();
        if (!(n.op() instanceof Concat)) {
            for (Value v : n.operands()) needs.addAll(makersOf(storage.leaves(base(v.id()))));
        } else {
            for (Value v : n.operands()) {
                if (storage.place(base(v.id())) != null) needs.addAll(makersOf(Set.of(base(v.id()))));
            }
        }
        units.add(unit);
        dependencies.put(unit, needs);
        n.results().forEach(v -> makers.put(v.id(), unit));
    }

    /** The value in memory that a view chain ends at. */
    private int base(int value) {
        while (storage.place(value) == null && program.isView(value)) value = program.viewed(value);
        return value;
    }

    private Set<Unit> makersOf(Set<Integer> values) {
        Set<Unit> found = new LinkedHashSet<>();
        for (int v : values) {
            if (makers.get(v) != null) found.add(makers.get(v));
        }
        return found;
    }

    /** Puts a root into an existing group, the latest that takes it, or into one of its own. */
    private void place(Root root) {
        Set<Integer> reads = reads(root);
        Domain domain = domain(root);
        Group home = null;
        for (Group g : candidates(root, reads, domain)) {
            if (joins(root, reads, domain, g)) {
                home = g;
                break;
            }
        }
        if (home == null) {
            home = new Group(root, domain);
            LoopBuilder.build(program, storage, home, null); // fails here, alone, if it cannot be built at all
            units.add(home);
            dependencies.put(home, new LinkedHashSet<>());
        }
        Set<Unit> needs = dependencies.get(home);
        for (Unit u : makersOf(reads)) {
            if (u != home) needs.add(u);
        }
        for (int v : reads) readers.computeIfAbsent(v, k -> new LinkedHashSet<>()).add(home);
        if (root.into() == null) makers.put(root.value(), home);
        else noteCopy(root, home);
    }

    /** A concatenation runs after the loops that copy its parts. */
    private void noteCopy(Root root, Group home) {
        if (root.position() == program.graph.nodes().size()) return; // a result: nothing waits for it
        Node n = program.graph.nodes().get(root.position());
        dependencies.get(makers.get(n.result().id())).add(home);
    }

    private Set<Integer> reads(Root root) {
        return root.into() != null ? storage.leaves(root.value()) : storage.operandLeaves(root.value());
    }

    private Domain domain(Root root) {
        Node n = program.node(root.value());
        long elements = program.type(root.value()).elements();
        if (root.into() != null || !(n.op() instanceof Reduce)) return Domain.flat(elements);
        var operand = program.type(n.operands().getFirst().id());
        return operand.rank() == 3
                ? new Domain(operand.elements(), operand.dim(0) * operand.dim(1), operand.dim(2), operand.dim(1))
                : new Domain(operand.elements(), operand.dim(0), operand.dim(1), 0);
    }

    /** Groups that make or read something of the root's size that the root reads, the latest first. */
    private List<Group> candidates(Root root, Set<Integer> reads, Domain domain) {
        Set<Group> found = new LinkedHashSet<>();
        for (int v : reads) {
            if (makers.get(v) instanceof Group g) found.add(g);
            if (inLoop || program.type(v).elements() == domain.elements()) found.addAll(readers.getOrDefault(v, Set.of()));
        }
        int first = late.contains(root.value()) ? Math.max(turn, root.position() - WINDOW) : root.position() - WINDOW;
        return found.stream()
                .filter(g -> g.firstPosition() >= first)
                .sorted(Comparator.comparingInt(Group::position).reversed())
                .toList();
    }

    private boolean joins(Root root, Set<Integer> reads, Domain domain, Group g) {
        Domain joined = Domain.join(g.domain(), domain);
        if (joined == null) return false;
        for (Unit u : makersOf(reads)) {
            if (u != g && reaches(u, g)) return false;
        }
        Group trial = new Group(g.roots().getFirst(), joined);
        g.roots().stream().skip(1).forEach(r -> trial.add(r, joined));
        trial.add(root, joined);
        try {
            Loop loop = LoopBuilder.build(program, storage, trial, null).loop();
            if (loop.places().size() > MOST_PLACES || LoopWeight.of(loop) > MOST_WEIGHT) return false;
        } catch (LoopBuilder.Conflict | LoopBuilder.NeedsMemory e) {
            return false;
        }
        g.add(root, joined);
        return true;
    }

    /** Whether {@code from} depends on {@code target}, directly or not. */
    private boolean reaches(Unit from, Unit target) {
        Set<Unit> seen = new HashSet<>();
        Deque<Unit> open = new ArrayDeque<>();
        open.push(from);
        while (!open.isEmpty()) {
            Unit u = open.pop();
            if (u == target) return true;
            if (u.position() < target.firstPosition() || !seen.add(u)) continue;
            dependencies.get(u).forEach(open::push);
        }
        return false;
    }

    /** Units in an order that respects dependencies and otherwise follows the graph. */
    private List<Unit> order() {
        Map<Unit, Integer> waits = new HashMap<>();
        Map<Unit, List<Unit>> unblocks = new HashMap<>();
        PriorityQueue<Unit> ready = new PriorityQueue<>(Comparator.comparingInt(Unit::position));
        for (Unit u : units) {
            Set<Unit> needs = dependencies.get(u);
            waits.put(u, needs.size());
            for (Unit n : needs) unblocks.computeIfAbsent(n, k -> new ArrayList<>()).add(u);
            if (needs.isEmpty()) ready.add(u);
        }
        List<Unit> order = new ArrayList<>();
        while (!ready.isEmpty()) {
            Unit u = ready.poll();
            order.add(u);
            for (Unit next : unblocks.getOrDefault(u, List.of())) {
                if (waits.merge(next, -1, Integer::sum) == 0) ready.add(next);
            }
        }
        if (order.size() != units.size()) throw new IllegalStateException("the fused loops depend on each other in a circle");
        return order;
    }

    /** Values that some step reads from memory, or that leave the graph. */
    private Set<Integer> stored(List<Unit> order) {
        Set<Integer> stored = new HashSet<>();
        for (Unit u : order) {
            if (u instanceof Group g) stored.addAll(LoopBuilder.build(program, storage, g, null).loaded());
        }
        for (Node n : program.graph.nodes()) {
            if (isWhole(n)) n.operands().forEach(v -> stored.add(base(v.id())));
        }
        program.graph.outputs().forEach(o -> stored.add(base(o.value().id())));
        return stored;
    }

    private Call call(Node n) {
        List<Place> operands = n.operands().stream().map(v -> storage.window(v.id())).toList();
        List<Place> results = n.results().stream().map(v -> storage.place(v.id())).toList();
        return new Call(n.op().name(), n.source(), n.op(), operands, results, -1);
    }
}
