package dev.gatun.graph.plan;

import dev.gatun.graph.ir.OpText;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.schedule.Repeat;
import dev.gatun.graph.schedule.Schedule;
import dev.gatun.graph.schedule.Step;
import dev.gatun.graph.schedule.Together;
import java.util.List;
import java.util.Map;

/**
 * Plans as text that {@link PlanReader} reads back: a line for each buffer, name and step, fields separated by tabs. A
 * loop's instructions follow it, as do loops that run together and what a loop of steps repeats, up to {@code end}.
 */
public final class PlanWriter {
    /** Version of the format and of what steps mean; a reader takes its own only. */
    public static final int VERSION = 2;

    static final String FORMAT = "gatun-plan";

    private final StringBuilder out = new StringBuilder();

    private PlanWriter() {}

    /**
     * Writes a plan.
     *
     * @throws PlanException when a name holds a tab or a line break
     */
    public static String write(ExecutionPlan plan) {
        PlanWriter w = new PlanWriter();
        w.line(FORMAT, VERSION);
        w.line("plan", plan.name(), plan.arenaBytes());
        for (Buffer b : plan.buffers()) w.line("buffer", b.kind(), b.dtype(), b.elements(), plan.offset(b.id()), b.name());
        w.names("input", plan.inputs());
        w.names("result", plan.results());
        plan.steps().forEach(w::step);
        w.line("end");
        return w.out.toString();
    }

    private void line(Object... fields) {
        for (int i = 0; i < fields.length; i++) {
            String text = String.valueOf(fields[i]);
            if (text.indexOf('\t') >= 0 || text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
                throw new PlanException("'" + text + "' holds a tab or a line break");
            }
            out.append(i == 0 ? "" : "\t").append(text);
        }
        out.append('\n');
    }

    private void names(String what, Map<String, Integer> buffers) {
        buffers.forEach((name, buffer) -> line(what, buffer, name));
    }

    private void step(Step step) {
        switch (step) {
            case Call c -> line("call", c.label(), c.source(), c.workspace(), OpText.print(c.op()), places(c.operands()), places(c.results()));
            case Loop l -> {
                line("loop", l.label(), l.source(), numbers(l.domain().dims()), l.lastInner(), l.rowsPerTask(), places(l.places()));
                l.body().forEach(i -> line((Object[]) instruction(i)));
                line("end");
            }
            case Together t -> {
                line("together", t.label(), t.source());
                t.loops().forEach(this::step);
                line("end");
            }
            case Repeat r -> repeat(r);
        }
    }

    private void repeat(Repeat r) {
        line("repeat", r.label(), r.source(), r.count(), r.body().name());
        Schedule s = r.body();
        for (int i = 0; i < s.buffers().size(); i++) {
            Buffer b = s.buffers().get(i);
            Repeat.Binding at = r.bindings().get(i);
            line("bound", b.kind(), b.dtype(), b.elements(), at.buffer(), at.offset(), at.motion().stride(), at.motion().phase(),
                    at.motion().period(), b.name());
        }
        names("input", s.inputs());
        names("result", s.results());
        s.steps().forEach(this::step);
        line("end");
    }

    private static String[] instruction(Loop.Instr instr) {
        return switch (instr) {
            case Loop.Load x -> fields("load", x.place(), x.type());
            case Loop.GatherLoad x -> fields("gather", x.place(), x.index(), x.stride(), x.type());
            case Loop.Const x -> fields("const", x.value(), x.type());
            case Loop.Index x -> fields("index", numbers(x.strides()));
            case Loop.Apply x -> fields("apply", OpText.print(x.op()), numbers(x.args()), x.type());
            case Loop.RowReduce x -> fields("reduce", x.kind(), x.arg(), x.type());
            case Loop.Store x -> fields("store", x.place(), x.value(), x.type());
            case Loop.ColumnReduce x -> fields("columns", x.place(), x.value(), x.type());
        };
    }

    private static String[] fields(Object... values) {
        String[] text = new String[values.length];
        for (int i = 0; i < text.length; i++) text[i] = values[i].toString();
        return text;
    }

    private static String numbers(List<? extends Number> numbers) {
        StringBuilder text = new StringBuilder();
        for (Number n : numbers) text.append(text.isEmpty() ? "" : ",").append(n);
        return text.toString();
    }

    /** {@code buffer:type:offset:dims:strides}, separated by spaces. */
    private static String places(List<Place> places) {
        StringBuilder text = new StringBuilder();
        for (Place p : places) {
            text.append(text.isEmpty() ? "" : " ").append(p.buffer()).append(':').append(p.dtype()).append(':').append(p.offset())
                    .append(':').append(numbers(p.shape().dims())).append(':').append(numbers(p.strides()));
        }
        return text.toString();
    }
}
