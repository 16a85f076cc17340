package dev.gatun.models.layers;

import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TypeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Recurrent layers one upon another, each a loop over time. Dropout works between layers, on the outputs, as in PyTorch.
 *
 * @param layers from the input up
 * @param dropout behind each layer but the last
 */
public record Recurrent(List<Layer> layers, List<Dropout> dropout) {
    /**
     * A cell that runs along time, and perhaps one that runs against it; their outputs stand side by side.
     *
     * @param forward the first
     * @param backward the second
     */
    public record Layer(RecurrentCell forward, Optional<RecurrentCell> backward) {
        List<RecurrentCell> cells() {
            return backward.map(b -> List.of(forward, b)).orElse(List.of(forward));
        }

        /** Length of the output vectors. */
        public int width() {
            return forward.width() * cells().size();
        }
    }

    /**
     * Outputs of all steps, and what is carried behind the last.
     *
     * @param outputs {@code [time, batch, width]}
     * @param state each {@code [batch, width]}, in the order of {@link #zeros}
     */
    public record Outcome(Tensor outputs, List<Tensor> state) {}

    public Recurrent {
        layers = List.copyOf(layers);
        dropout = List.copyOf(dropout);
        if (layers.isEmpty()) throw new IllegalArgumentException("a recurrent network needs at least one layer");
        if (dropout.size() != layers.size() - 1) {
            throw new IllegalArgumentException(layers.size() + " layers have dropout at " + (layers.size() - 1) + " places, got " + dropout.size());
        }
    }

    /**
     * LSTM layers.
     *
     * @param in length of input vectors
     * @param width of hidden vectors
     * @param count number of layers
     * @param bidirectional whether each layer also runs against time
     * @param rate of dropout between layers
     * @param stream of the first dropout; the others follow
     */
    public static Recurrent lstm(int in, int width, int count, boolean bidirectional, double rate, int stream) {
        return of(in, count, bidirectional, rate, stream, size -> LstmCell.of(size, width, 0));
    }

    /** GRU layers; see {@link #lstm}. */
    public static Recurrent gru(int in, int width, int count, boolean bidirectional, double rate, int stream) {
        return of(in, count, bidirectional, rate, stream, size -> GruCell.of(size, width));
    }

    /** Layers of any cell, made for the length of its input vectors. */
    public static Recurrent of(int in, int count, boolean bidirectional, double rate, int stream, IntFunction<RecurrentCell> cell) {
        List<Layer> layers = new ArrayList<>();
        int size = in;
        for (int i = 0; i < count; i++) {
            int inputs = size;
            Supplier<RecurrentCell> next = () -> cell.apply(inputs);
            layers.add(new Layer(next.get(), bidirectional ? Optional.of(next.get()) : Optional.empty()));
            size = layers.getLast().width();
        }
        return new Recurrent(layers, IntStream.range(0, Math.max(0, count - 1)).mapToObj(i -> new Dropout(rate, stream + i)).toList());
    }

    /** Length of the output vectors. */
    public int width() {
        return layers.getLast().width();
    }

    /** What is carried at the start: zeros {@code [batch, width]} for each layer, direction and carry, in this order. */
    public List<Tensor> zeros(int batch) {
        List<Tensor> state = new ArrayList<>();
        for (Layer layer : layers) {
            for (RecurrentCell cell : layer.cells()) {
                for (int i = 0; i < cell.carries(); i++) state.add(Tensor.full(DType.F32, Shape.of(batch, cell.width()), 0));
            }
        }
        return state;
    }

    /** Outputs of all steps, from zeros on: {@code [batch, time, in] -> [batch, time, width]}. */
    public Tensor apply(Tensor x) {
        if (x.shape().rank() != 3) throw new TypeException("Recurrent: needs [batch, time, in], got " + x.type());
        return run(x.transpose(1, 0, 2), zeros(x.shape().dim(0))).outputs().transpose(1, 0, 2);
    }

    /**
     * Runs along the leading axis, which spares transposing what is written that way. Inside
     * {@link KeyValueCache#continuing}, goes on behind what the cache holds instead of from {@code initial}.
     *
     * @param x {@code [time, batch, in]}
     * @param initial what is carried, in the order of {@link #zeros}
     */
    public Outcome run(Tensor x, List<Tensor> initial) {
        if (x.shape().rank() != 3) throw new TypeException("Recurrent: needs [time, batch, in], got " + x.type());
        List<Tensor> state = new ArrayList<>();
        Tensor y = x;
        for (int i = 0; i < layers.size(); i++) {
            List<Tensor> outputs = new ArrayList<>();
            for (RecurrentCell cell : layers.get(i).cells()) {
                List<Tensor> start = initial.subList(state.size(), state.size() + cell.carries());
                Scan.Turn turn = KeyValueCache.isContinuing() ? continued(cell, y) : turn(cell, y, start, 1, !outputs.isEmpty());
                outputs.add(turn.outputs().getFirst());
                state.addAll(turn.carries());
            }
            y = outputs.size() == 1 ? outputs.getFirst() : Tensor.concat(2, outputs);
            if (i < dropout.size()) y = dropout.get(i).apply(y);
        }
        return new Outcome(y, state);
    }

    /** @param given how many of the carries are outputs of each step */
    private static Scan.Turn turn(RecurrentCell cell, Tensor x, List<Tensor> start, int given, boolean reverse) {
        return Scan.over(start, List.of(cell.gates(x)), reverse, (carried, gates) -> {
            List<Tensor> next = cell.next(gates.getFirst(), carried);
            return new Scan.Turn(next, next.subList(0, given));
        });
    }

    /** Goes on behind what a cache holds of the sequences, and adds to it. */
    private Scan.Turn continued(RecurrentCell cell, Tensor x) {
        if (layers.stream().anyMatch(l -> l.backward().isPresent())) {
            throw new IllegalArgumentException("layers that also run against time cannot go on token by token");
        }
        List<KeyValueCache.Carried> kept = IntStream.range(0, cell.carries()).mapToObj(i -> KeyValueCache.carried(cell.width())).toList();
        Scan.Turn turn = turn(cell, x, kept.stream().map(KeyValueCache.Carried::before).toList(), cell.carries(), false);
        for (int i = 0; i < kept.size(); i++) kept.get(i).keep(turn.outputs().get(i));
        return turn;
    }
}
