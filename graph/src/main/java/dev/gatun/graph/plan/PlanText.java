package dev.gatun.graph.plan;

import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Motion;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.schedule.Repeat;
import dev.gatun.graph.schedule.Step;
import dev.gatun.graph.schedule.Together;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Plans in words, for {@code explain} and for golden files. */
public final class PlanText {
    private PlanText() {}

    /** Every step with its operands. */
    public static String steps(ExecutionPlan plan) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < plan.steps().size(); i++) {
            out.append(String.format(Locale.ROOT, "%4d ", i)).append(step(plan.steps().get(i))).append('\n');
        }
        return out.toString();
    }

    /** One step; a loop's body on lines of its own. */
    public static String step(Step step) {
        return switch (step) {
            case Call c -> "call " + c.op() + " " + places(c.operands()) + " -> " + places(c.results()) + "  @ " + c.source() + "\n";
            case Loop l -> "loop " + l.label() + " over " + l.domain()
                    + (l.lastInner() == l.inner() ? "" : " (last row " + l.lastInner() + ")")
                    + ", " + l.tasks() + " tasks  @ " + l.source() + "\n" + body(l);
            case Together t -> "together " + t.label() + "  @ " + t.source() + "\n" + t.loops().stream().map(l -> indented(step(l))).collect(Collectors.joining());
            case Repeat r -> "repeat " + r.count() + " times  @ " + r.source() + "\n" + body(r);
        };
    }

    /** The bindings of what is read or written, then the body's steps, all further in. */
    private static String body(Repeat r) {
        StringBuilder out = new StringBuilder();
        for (Buffer b : r.body().buffers()) {
            Repeat.Binding at = r.bindings().get(b.id());
            Motion m = at.motion();
            out.append("       b").append(b.id()).append(" = b").append(at.buffer());
            if (at.offset() != 0) out.append(" + ").append(at.offset()).append(" bytes");
            if (!m.isStill()) out.append(", ").append(m.stride()).append(" bytes further each time");
            if (m.period() > 0) out.append(", modulo ").append(m.period()).append(" from ").append(m.phase());
            out.append('\n');
        }
        r.body().steps().forEach(s -> out.append(indented(step(s))));
        return out.toString();
    }

    private static String indented(String step) {
        return ("  " + step).stripTrailing().replace("\n", "\n  ").indent(4);
    }

    private static String body(Loop l) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < l.body().size(); i++) {
            String text = switch (l.body().get(i)) {
                case Loop.Load x -> "load " + l.places().get(x.place());
                case Loop.GatherLoad x -> "load " + l.places().get(x.place()) + " + t" + x.index() + " * " + x.stride();
                case Loop.Const x -> x.value() + " " + x.type();
                case Loop.Index x -> "index " + x.strides();
                case Loop.Apply x -> x.op() + " " + x.args().stream().map(a -> "t" + a).collect(Collectors.joining(" "));
                case Loop.RowReduce x -> "row " + x.kind() + " t" + x.arg();
                case Loop.Store x -> "store t" + x.value() + " -> " + l.places().get(x.place());
                case Loop.ColumnReduce x -> "column SUM t" + x.value() + " -> " + l.places().get(x.place());
            };
            out.append(String.format(Locale.ROOT, "       t%-3d %s%s%n", i, text, l.isRowValue(i) ? "   (row)" : ""));
        }
        return out.toString();
    }

    private static String places(List<Place> places) {
        return places.stream().map(Place::toString).collect(Collectors.joining(" "));
    }

    /** Buffers by address. */
    public static String memory(ExecutionPlan plan) {
        StringBuilder out = new StringBuilder(String.format(Locale.ROOT, "arena %.1f MiB%n", plan.arenaBytes() / 1048576.0));
        IntStream.range(0, plan.buffers().size()).boxed()
                .sorted((a, b) -> Long.compare(plan.offset(a), plan.offset(b)))
                .forEach(i -> {
                    Buffer b = plan.buffers().get(i);
                    out.append(String.format(Locale.ROOT, "%12d  b%-5d %-9s %12d bytes  %s%n",
                            plan.offset(i), i, b.kind().name().toLowerCase(Locale.ROOT), b.bytes(), b.name()));
                });
        return out.toString();
    }
}
