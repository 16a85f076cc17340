package dev.gatun.models.onnx;

import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;

/** Recurrent layers: loops over time, whose step is compiled once. */
final class RecurrentOperators {
    private RecurrentOperators() {}

    static List<Operator> list() {
        return List.of(
                new Operator("Scan", 9, 1, Integer.MAX_VALUE, ScanLoop::lower),
                new Operator("RNN", 1, 3, 6, c -> run(c, 1, RecurrentOperators::simple)),
                new Operator("GRU", 1, 3, 6, c -> run(c, 3, RecurrentOperators::gated)),
                new Operator("LSTM", 1, 3, 8, c -> run(c, 4, RecurrentOperators::longShort)));
    }

    /** The state after one step; the cell is {@code null} where there is none. */
    private record State(Tensor hidden, Tensor cell) {
        static State of(List<Tensor> carries) {
            return new State(carries.get(0), carries.size() > 1 ? carries.get(1) : null);
        }

        List<Tensor> carries() {
            return cell == null ? List.of(hidden) : List.of(hidden, cell);
        }
    }

    /**
     * What one direction of a layer has.
     *
     * @param recurrent weights {@code [gates h, h]}
     * @param recurrentBias {@code [gates h]}; {@code null} for none
     * @param peepholes weights of input, output and forget gate, {@code [h]} each; empty for none
     */
    private record Layer(Call call, int direction, int hidden, Tensor recurrent, Tensor recurrentBias, List<Tensor> peepholes) {
        /** Rows {@code i h .. (i + n) h} of the recurrent weights. */
        Tensor rows(int i, int n) {
            return recurrent.slice(0, i * hidden, (i + n) * hidden);
        }

        /** Function {@code i} of the direction. */
        Tensor activate(int i, int functions, String standard, Tensor x) {
            List<String> names = call.texts("activations");
            int at = direction * functions + i;
            String name = at < names.size() ? names.get(at) : standard;
            return switch (name) {
                case "Sigmoid" -> x.sigmoid();
                case "Tanh" -> x.tanh();
                case "Relu" -> x.relu();
                default -> throw call.error("activation " + name + " is not supported; supported are Sigmoid, Tanh and Relu");
            };
        }
    }

    /** One step: {@code x} is {@code [batch, gates h]}. */
    private interface Step {
        State next(Layer layer, Tensor x, State before);
    }

    private static List<Value> run(Call c, int gates, Step step) {
        boolean batchFirst = c.flag("layout", false);
        c.require(!c.hasAttribute("clip"), "clipped cells are not supported");
        c.require(!c.flag("input_forget", false), "coupled gates are not supported");
        Value w = c.in(1);
        c.require(c.in(0).rank() == 3 && w.rank() == 3 && c.in(2).rank() == 3, "needs inputs and weights of rank 3");
        int directions = w.dim(0);
        int hidden = c.in(2).dim(2);
        String direction = c.text("direction", "forward");
        c.require(directions == (direction.equals("bidirectional") ? 2 : 1), "direction " + direction + " with weights for " + directions);
        c.require(w.dim(1) == gates * hidden && c.in(2).dim(1) == gates * hidden, "weights do not have " + gates + " times " + hidden + " rows");
        Tensor x = batchFirst ? c.x(0).transpose(1, 0, 2) : c.x(0); // (T,B,I)
        int time = x.shape().dim(0);
        if (c.has(4)) {
            Literal lengths = c.known(4);
            c.require(lengths.isUniform() && lengths.at(0) == time, "sequences of different lengths are not supported");
        }
        List<Tensor> outputs = new ArrayList<>();
        List<State> ends = new ArrayList<>();
        for (int d = 0; d < directions; d++) {
            boolean backward = d == 1 || direction.equals("reverse");
            Scan.Turn turn = direction(c, d, gates, hidden, x, backward, step);
            outputs.add(turn.outputs().getFirst());
            ends.add(State.of(turn.carries()));
        }
        return results(outputs, ends, batchFirst);
    }

    /** One direction: its last state, and its hidden states {@code [T,B,H]} in the order of time. */
    private static Scan.Turn direction(Call c, int d, int gates, int hidden, Tensor x, boolean backward, Step step) {
        int batch = x.shape().dim(1);
        Tensor w = c.x(1).slice(0, d, d + 1).reshape(gates * hidden, x.shape().dim(2));
        Tensor r = c.x(2).slice(0, d, d + 1).reshape(gates * hidden, hidden);
        Tensor projected = x.matmulTransposed(w); // (T,B,G H)
        Tensor bias = null;
        if (c.has(3)) {
            List<Tensor> both = c.x(3).slice(0, d, d + 1).reshape(2 * gates * hidden).split(0, 2);
            projected = projected.add(both.get(0));
            bias = both.get(1);
        }
        Tensor zero = Tensor.full(DType.F32, Shape.of(batch, hidden), 0);
        State start = new State(start(c, 5, d, zero), gates == 4 ? start(c, 6, d, zero) : null);
        List<Tensor> peepholes = c.has(7) ? c.x(7).slice(0, d, d + 1).reshape(3 * hidden).split(0, 3) : List.of();
        Layer layer = new Layer(c, d, hidden, r, bias, peepholes);
        return Scan.over(start.carries(), List.of(projected), backward, (carries, slices) -> {
            State next = step.next(layer, slices.getFirst(), State.of(carries));
            return new Scan.Turn(next.carries(), List.of(next.hidden));
        });
    }

    private static Tensor start(Call c, int input, int d, Tensor zero) {
        if (!c.has(input)) return zero;
        boolean batchFirst = c.flag("layout", false);
        return c.x(input).slice(batchFirst ? 1 : 0, d, d + 1).reshape(zero.shape());
    }

    private static List<Value> results(List<Tensor> outputs, List<State> ends, boolean batchFirst) {
        Shape s = outputs.getFirst().shape(); // (T,B,H)
        Shape step = Shape.of(s.dim(0), 1, s.dim(1), s.dim(2));
        Tensor y = Tensor.concat(1, outputs.stream().map(o -> o.reshape(step)).toList()); // (T,D,B,H)
        List<Value> results = new ArrayList<>(List.of(Value.of(batchFirst ? y.transpose(2, 0, 1, 3) : y)));
        for (int i = 0; i < ends.getFirst().carries().size(); i++) {
            int carry = i;
            Tensor end = Tensor.concat(0, ends.stream().map(e -> e.carries().get(carry).reshape(1, s.dim(1), s.dim(2))).toList()); // (D,B,H)
            results.add(Value.of(batchFirst ? end.transpose(1, 0, 2) : end));
        }
        return results;
    }

    /** {@code h R^T} with some rows of R, and their bias. */
    private static Tensor recurrent(Layer l, Tensor h, int gate, int gates) {
        Tensor y = h.apply(new MatMul(false, true), l.rows(gate, gates));
        return l.recurrentBias == null ? y : y.add(l.recurrentBias.slice(0, gate * l.hidden, (gate + gates) * l.hidden));
    }

    private static State simple(Layer l, Tensor x, State s) {
        return new State(l.activate(0, 1, "Tanh", x.add(recurrent(l, s.hidden, 0, 1))), s.cell);
    }

    /** Gates update, reset, candidate (Cho et al., 2014). */
    private static State gated(Layer l, Tensor x, State s) {
        List<Tensor> in = x.split(1, 3);
        List<Tensor> back = recurrent(l, s.hidden, 0, 2).split(1, 2);
        Tensor z = l.activate(0, 2, "Sigmoid", in.get(0).add(back.get(0)));
        Tensor r = l.activate(0, 2, "Sigmoid", in.get(1).add(back.get(1)));
        Tensor inner = l.call.flag("linear_before_reset", false)
                ? r.mul(recurrent(l, s.hidden, 2, 1))
                : recurrent(l, r.mul(s.hidden), 2, 1);
        Tensor candidate = l.activate(1, 2, "Tanh", in.get(2).add(inner));
        return new State(candidate.add(z.mul(s.hidden.sub(candidate))), s.cell);
    }

    /** Gates input, output, forget, cell (Hochreiter and Schmidhuber, 1997), with peepholes where they are given. */
    private static State longShort(Layer l, Tensor x, State s) {
        List<Tensor> g = x.add(recurrent(l, s.hidden, 0, 4)).split(1, 4);
        List<Tensor> p = l.peepholes;
        boolean peepholes = !p.isEmpty();
        Tensor i = l.activate(0, 3, "Sigmoid", peepholes ? g.get(0).add(p.get(0).mul(s.cell)) : g.get(0));
        Tensor f = l.activate(0, 3, "Sigmoid", peepholes ? g.get(2).add(p.get(2).mul(s.cell)) : g.get(2));
        Tensor cell = f.mul(s.cell).add(i.mul(l.activate(1, 3, "Tanh", g.get(3))));
        Tensor o = l.activate(0, 3, "Sigmoid", peepholes ? g.get(1).add(p.get(1).mul(cell)) : g.get(1));
        return new State(o.mul(l.activate(2, 3, "Tanh", cell)), cell);
    }
}
