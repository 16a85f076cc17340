package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Verifier;
import dev.gatun.graph.ops.Op;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/** The passes between tracing and scheduling, in order. Each one's result is verified. */
public final class Pipeline {
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
                        new Pass("epilogues", g -> Epilogues.fuse(g, claims)),
                        new Pass("expand", Bodies.too(g -> Expand.run(g, claims))),
                        new Pass("fold", Bodies.too(Fold::run)),
                        new Pass("simplify", Bodies.too(Simplify::run)),
                        new Pass("scales", Bodies.too(Scales::merge)),
                        new Pass("common", Bodies.too(CommonSubexpressions::merge)),
                        new Pass("invariants", Bodies.too(Invariants::hoist)),
                        new Pass("pads", Bodies.too(Pads::toConcat)),
                        new Pass("reductions", Bodies.too(Reductions::split)),
                        new Pass("short-rows", Bodies.too(ShortRows::repeat)),
                        new Pass("common-again", Bodies.too(CommonSubexpressions::merge)),
                        new Pass("dead-code-again", Bodies.too(DeadCode::remove))),
                claims);
    }

    /**
     * The same passes but for some, as it takes to see what one of them earns. Without {@code expand} nothing but composites
     * that a backend claims may be in a graph.
     *
     * @param names of passes to leave out
     * @throws IllegalArgumentException for a name that no pass has
     */
    public Pipeline without(Collection<String> names) {
        for (String name : names) {
            if (!names().contains(name)) throw new IllegalArgumentException("no pass is named " + name + ": choose among " + String.join(", ", names()));
        }
        return new Pipeline(passes.stream().filter(p -> !names.contains(p.name())).toList(), claims);
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
