package dev.gatun.graph.plan;

import dev.gatun.graph.ir.OpText;
import dev.gatun.graph.ops.Pointwise;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.schedule.Buffer;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what {@link PlanWriter} writes, and checks every number before any kernel sees it. */
public final class PlanReader {
    private final String[] lines;
    private int next;

    private PlanReader(String text) {
        lines = text.split("\n", -1);
    }

    /**
     * Reads a plan and checks it: buffers lie in the arena, steps in their buffers, names are unique.
     *
     * @throws PlanException naming the line that is no plan, or the step and the rule that it breaks
     */
    public static ExecutionPlan read(String text) {
        PlanReader r = new PlanReader(text);
        ExecutionPlan plan;
        try {
            plan = r.plan();
        } catch (PlanException e) {
            throw e;
        } catch (RuntimeException e) { // a number that is none, a shape that is none, an unknown op
            throw new PlanException("line " + r.next + ": " + e.getMessage(), e);
        }
        PlanCheck.check(plan);
        return plan;
    }

    private String[] line(int fields, String what) {
        if (next >= lines.length) throw new PlanException("line " + (next + 1) + ": the text ends before " + what);
        String[] f = lines[next++].split("\t", -1);
        if (f.length != fields) throw new PlanException("line " + next + ": expected " + what + " with " + fields + " fields, found " + f.length);
        return f;
    }

    private boolean at(String what) {
        return next < lines.length && (lines[next].equals(what) || lines[next].startsWith(what + "\t"));
    }

    private ExecutionPlan plan() {
        String[] head = line(2, PlanWriter.FORMAT);
        if (!head[0].equals(PlanWriter.FORMAT)) throw new PlanException("line 1: expected " + PlanWriter.FORMAT + ": this is no plan");
        if (!head[1].equals(Integer.toString(PlanWriter.VERSION))) {
            throw new PlanException("line 1: the plan is of version " + head[1] + ", this Gatun reads version " + PlanWriter.VERSION + ": compile it anew");
        }
        String[] plan = line(3, "plan");
        List<Buffer> buffers = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        while (at("buffer")) {
            String[] f = line(6, "a buffer");
            buffers.add(new Buffer(buffers.size(), f[5], Buffer.Kind.valueOf(f[1]), dtype(f[2]), Long.parseLong(f[3])));
            offsets.add(Long.parseLong(f[4]));
        }
        Map<String, Integer> inputs = names("input");
        Map<String, Integer> results = names("result");
        List<Step> steps = steps();
        if (next < lines.length - 1 || !lines[lines.length - 1].isEmpty()) throw new PlanException("line " + (next + 1) + ": text after the end");
        return new ExecutionPlan(plan[1], List.copyOf(buffers), List.copyOf(offsets), steps, inputs, results, Long.parseLong(plan[2]));
    }

    private Map<String, Integer> names(String what) {
        Map<String, Integer> names = new LinkedHashMap<>();
        while (at(what)) {
            String[] f = line(3, what);
            if (names.put(f[2], Integer.valueOf(f[1])) != null) throw new PlanException("line " + next + ": two " + what + "s are named " + f[2]);
        }
        return names;
    }

    /** Steps up to the line {@code end}. */
    private List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        while (!at("end")) {
            if (at("call")) steps.add(call());
            else if (at("loop")) steps.add(loop());
            else if (at("together")) steps.add(together());
            else if (at("repeat")) steps.add(repeat());
            else throw new PlanException("line " + (next + 1) + ": expected a step or the end");
        }
        line(1, "end");
        return List.copyOf(steps);
    }

    private Call call() {
        String[] f = line(7, "a call");
        return new Call(f[1], f[2], OpText.parse(f[4]), places(f[5]), places(f[6]), Integer.parseInt(f[3]));
    }

    private Loop loop() {
        String[] f = line(7, "a loop");
        List<Loop.Instr> body = new ArrayList<>();
        while (!at("end")) {
            if (next >= lines.length) throw new PlanException("line " + next + ": the text ends inside a loop");
            body.add(instruction(lines[next++].split("\t", -1)));
        }
        line(1, "end");
        return new Loop(f[1], f[2], new Shape(ints(f[3])), Integer.parseInt(f[4]), Integer.parseInt(f[5]), places(f[6]), body);
    }

    private Together together() {
        String[] f = line(3, "loops that run together");
        List<Loop> loops = new ArrayList<>();
        while (at("loop")) loops.add(loop());
        line(1, "end");
        return new Together(f[1], f[2], loops);
    }

    private Repeat repeat() {
        String[] head = line(5, "a loop of steps");
        List<Buffer> buffers = new ArrayList<>();
        List<Repeat.Binding> bindings = new ArrayList<>();
        while (at("bound")) {
            String[] f = line(10, "a bound buffer");
            buffers.add(new Buffer(buffers.size(), f[9], Buffer.Kind.valueOf(f[1]), dtype(f[2]), Long.parseLong(f[3])));
            bindings.add(new Repeat.Binding(Integer.parseInt(f[4]), Long.parseLong(f[5]),
                    new Motion(Long.parseLong(f[6]), Integer.parseInt(f[7]), Integer.parseInt(f[8]))));
        }
        Map<String, Integer> inputs = names("input");
        Map<String, Integer> results = names("result");
        Schedule body = new Schedule(head[4], List.copyOf(buffers), steps(), inputs, results);
        return new Repeat(head[1], head[2], Integer.parseInt(head[3]), body, bindings);
    }

    private Loop.Instr instruction(String[] f) {
        int[] counts = switch (f[0]) {
            case "load", "const" -> new int[] {3};
            case "index" -> new int[] {2};
            case "gather" -> new int[] {5};
            default -> new int[] {4};
        };
        if (f.length != counts[0]) throw new PlanException("line " + next + ": " + f[0] + " with " + f.length + " fields");
        return switch (f[0]) {
            case "load" -> new Loop.Load(Integer.parseInt(f[1]), dtype(f[2]));
            case "gather" -> new Loop.GatherLoad(Integer.parseInt(f[1]), Integer.parseInt(f[2]), Long.parseLong(f[3]), dtype(f[4]));
            case "const" -> new Loop.Const(Double.parseDouble(f[1]), dtype(f[2]));
            case "index" -> new Loop.Index(longs(f[1]));
            case "apply" -> new Loop.Apply((Pointwise) OpText.parse(f[1]), ints(f[2]), dtype(f[3]));
            case "reduce" -> new Loop.RowReduce(Reduce.Kind.valueOf(f[1]), Integer.parseInt(f[2]), dtype(f[3]));
            case "store" -> new Loop.Store(Integer.parseInt(f[1]), Integer.parseInt(f[2]), dtype(f[3]));
            case "columns" -> new Loop.ColumnReduce(Integer.parseInt(f[1]), Integer.parseInt(f[2]), dtype(f[3]));
            default -> throw new PlanException("line " + next + ": no instruction " + f[0]);
        };
    }

    private static List<Place> places(String text) {
        List<Place> places = new ArrayList<>();
        for (String p : text.isEmpty() ? new String[0] : text.split(" ", -1)) {
            String[] f = p.split(":", -1);
            if (f.length != 5) throw new IllegalArgumentException("no place: " + p);
            places.add(new Place(Integer.parseInt(f[0]), dtype(f[1]), new Shape(ints(f[3])), Long.parseLong(f[2]), longs(f[4])));
        }
        return places;
    }

    private static DType dtype(String text) {
        for (DType d : DType.values()) {
            if (d.toString().equals(text)) return d;
        }
        throw new IllegalArgumentException("no element type: " + text);
    }

    private static List<Integer> ints(String text) {
        List<Integer> numbers = new ArrayList<>();
        for (String s : text.isEmpty() ? new String[0] : text.split(",", -1)) numbers.add(Integer.valueOf(s));
        return numbers;
    }

    private static List<Long> longs(String text) {
        List<Long> numbers = new ArrayList<>();
        for (String s : text.isEmpty() ? new String[0] : text.split(",", -1)) numbers.add(Long.valueOf(s));
        return numbers;
    }
}
