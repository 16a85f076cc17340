package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Verifier;
import dev.gatun.graph.ops.Op;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The passes between tracing and scheduling, in order. Each one's result is verified. */
public final class Pipeline {
    /** Passes that what comes after relies on, or that choose what is computed. */
    private static final Set<String> NEEDED = Set.of("precision", "expand", "pads", "reductions");

    /** What products do by flags is no pass that could be left out: without it, transposes are put in. */
    private static final String TRANSPOSES = "gemm-transposes";

    private final List<Pass> passes;
    private final Predicate<Op> claims;

    private Pipeline(List<Pass> passes, Predicate<Op> claims) {
        this.passes = List.copyOf(passes);
        this.claims = claims;
    }

    /**
     * The standard pipeline.
     *
     * @param claims composites that the backend has kernels for and wants to see whole
     * @param mixed whether matrix products read bf16
     */
    public static Pipeline standard(Predicate<Op> claims, boolean mixed) {
        return new Pipeline(
                List.of(
                        new Pass("loops", Loops::merge),
                        new Pass("dead-code", Bodies.too(DeadCode::remove)),
                        new Pass("loops-again", Loops::merge),
                        new Pass("precision", mixed ? MixedPrecision::run : g -> g),
                        new Pass("common", Bodies.too(CommonSubexpressions::merge)),
                        new Pass("summed-products", SummedProducts::merge),
                        new Pass("epilogues", g -> Epilogues.fuse(g, claims)),
                        new Pass("merged-products", MergedProducts::merge),
                        new Pass("expand", Bodies.too(g -> Expand.run(g, claims))),
                        new Pass("fold", Bodies.too(Fold::run)),
                        new Pass("simplify", Bodies.too(Simplify::run)),
                        new Pass("scales", Bodies.too(Scales::merge)),
                        new Pass("common-again", Bodies.too(CommonSubexpressions::merge)),
                        new Pass("invariants", Bodies.too(Invariants::hoist)),
                        new Pass("pads", Bodies.too(Pads::toConcat)),
                        new Pass("reductions", Bodies.too(Reductions::split)),
                        new Pass("short-rows", Bodies.too(ShortRows::repeat)),
                        new Pass("common-again-2", Bodies.too(CommonSubexpressions::merge)),
                        new Pass("dead-code-again", Bodies.too(DeadCode::remove))),
                claims);
    }

    /**
     * The same passes but for some, to see what they earn; with a pass goes its repetition further down. Names that no pass has
     * are ignored.
     */
    public Pipeline without(Collection<String> names) {
        if (names.isEmpty()) return this;
        List<Pass> kept = new ArrayList<>(passes.stream().filter(p -> !names.contains(base(p.name()))).toList());
        if (names.contains(TRANSPOSES)) kept.add(new Pass("explicit-transposes", ExplicitTransposes::run));
        return new Pipeline(kept, claims);
    }

    /** Names of the passes that a graph comes out right without, if slower. */
    public static List<String> optional() {
        return standard(op -> false, false).names().stream().filter(n -> n.equals(base(n)) && !NEEDED.contains(n)).toList();
    }

    /** The name of a pass without what tells its repetitions apart. */
    private static String base(String name) {
        int again = name.indexOf("-again");
        return again < 0 ? name : name.substring(0, again);
    }

    /** Expands composites and does nothing else: what an interpreter of primitives needs. */
    public static Pipeline expansion() {
        return new Pipeline(List.of(new Pass("expand", Bodies.too(g -> Expand.run(g, op -> false)))), op -> false);
    }

    /**
     * A graph after a pass.
     *
     * @param name of the pass
     * @param graph its result
     * @param nanos what it took, verification included
     */
    public record Stage(String name, Graph graph, long nanos) {}

    /** Runs all passes; returns the graph after each. */
    public List<Stage> stages(Graph graph) {
        List<Stage> stages = new ArrayList<>();
        for (Pass p : passes) {
            long start = System.nanoTime();
            Graph next = p.rewrite().apply(graph);
            if (next != graph || stages.isEmpty()) Verifier.verify(next, p.name());
            graph = next;
            stages.add(new Stage(p.name(), graph, System.nanoTime() - start));
        }
        Verifier.expanded(graph, claims, "the pipeline");
        return stages;
    }

    /** Runs all passes. */
    public Graph run(Graph graph) {
        return stages(graph).getLast().graph();
    }

    /** Names of the passes, in order. */
    public List<String> names() {
        return passes.stream().map(Pass::name).toList();
    }
}
