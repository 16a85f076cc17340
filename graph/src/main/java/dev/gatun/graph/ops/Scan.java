package dev.gatun.graph.ops;

import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import dev.gatun.graph.types.TypeException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A loop over the leading axis of sequences, with values carried from step to step. Its body, a graph of its own, is
 * compiled once. Operands: initial carries, sequences {@code [length, ...]}, constants; the body gets the carries, the
 * step's slice {@code [...]} of each sequence, and the constants. It gives back the next carries and the step's outputs.
 * Results: the last carries, outputs {@code [length, ...]} stacked in the sequences' order, and histories.
 *
 * <p>A history {@code [length + 1, ...]} holds a carry before and after each step: entry i and i + 1 belong to step i, and
 * to its end and beginning when the loop runs in reverse. The carry lives there, so that nothing is copied.
 *
 * @param body what is repeated
 * @param length how many steps
 * @param carries how many values are carried
 * @param sequences how many operands are cut into steps
 * @param kept carries whose history is a result, ascending
 * @param reverse whether the last slice comes first
 */
public record Scan(Body body, int length, int carries, int sequences, List<Integer> kept, boolean reverse) implements Op {
    /** One step of user code, and what all of them give. */
    public record Turn(List<Tensor> carries, List<Tensor> outputs) {
        public Turn {
            carries = List.copyOf(carries);
            outputs = List.copyOf(outputs);
        }
    }

    /** What a loop does in one step; tensors from outside may be used freely and are the same in each step. */
    @FunctionalInterface
    public interface Step {
        /**
         * The next carries, of the types of the given ones, and this step's outputs.
         *
         * @param slices of each sequence, without the leading axis
         */
        Turn of(List<Tensor> carries, List<Tensor> slices);
    }

    public Scan {
        kept = List.copyOf(kept);
        if (length < 1) throw new TypeException("Scan: needs at least one step, got " + length);
    }

    /**
     * Runs a loop over sequences.
     *
     * @param initial carries before the first step
     * @param sequences at least one, of the same length {@code [length, ...]}
     * @param reverse whether to run from the last slice to the first
     * @param step what is done in each step
     * @return carries after the last step, and outputs stacked {@code [length, ...]} by slice
     * @throws TypeException when lengths differ, a carry changes its type, or random numbers are drawn inside
     */
    public static Turn over(List<Tensor> initial, List<Tensor> sequences, boolean reverse, Step step) {
        if (sequences.isEmpty()) throw new TypeException("Scan: needs a sequence, or a number of times");
        if (sequences.getFirst().shape().rank() == 0) throw new TypeException("Scan: a sequence needs a leading axis, got a scalar");
        return times(sequences.getFirst().shape().dim(0), initial, sequences, reverse, step);
    }

    /** As {@link #over} along another axis than the first, which outputs then have at the same place. */
    public static Turn along(int axis, List<Tensor> initial, List<Tensor> sequences, boolean reverse, Step step) {
        Turn turn = over(initial, sequences.stream().map(x -> moved(x, axis, 0)).toList(), reverse, step);
        return new Turn(turn.carries, turn.outputs.stream().map(y -> moved(y, 0, axis)).toList());
    }

    private static Tensor moved(Tensor x, int from, int to) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, x.shape().rank()).boxed().toList());
        order.add(to, order.remove(Rules.axis(from, x.shape().rank())));
        return x.apply(new Transpose(order));
    }

    /** As {@link #over} for a given number of steps, with any number of sequences. */
    public static Turn times(int length, List<Tensor> initial, List<Tensor> sequences, boolean reverse, Step step) {
        List<TensorType> types = new ArrayList<>(initial.stream().map(Tensor::type).toList());
        for (Tensor x : sequences) {
            Rules.require(x.shape().rank() > 0, "Scan: a sequence needs a leading axis, got " + x.type());
            types.add(x.type().with(x.shape().sub(1, x.shape().rank())));
        }
        int carries = initial.size();
        List<Integer> carried = new ArrayList<>(); // for each output, the carry that it is; -1 for none
        Recorder.Nested nested = Recorder.current().nest(types, in -> {
            Turn turn = step.of(in.subList(0, carries), in.subList(carries, in.size()));
            if (turn.carries.size() != carries) {
                throw new TypeException("Scan: a step carries " + carries + " values, it gave back " + turn.carries.size());
            }
            List<Tensor> results = new ArrayList<>(turn.carries);
            for (Tensor y : turn.outputs) {
                int carry = IntStream.range(0, carries).filter(i -> turn.carries.get(i).id() == y.id()).findFirst().orElse(-1);
                carried.add(carry);
                if (carry < 0) results.add(y);
            }
            return results;
        });
        List<Integer> kept = carried.stream().filter(c -> c >= 0).sorted().distinct().toList();
        Scan scan = new Scan(nested.body(), length, carries, sequences.size(), kept, reverse);
        List<Tensor> operands = new ArrayList<>(initial);
        operands.addAll(sequences);
        operands.addAll(nested.captured());
        List<Tensor> results = Recorder.current().record(scan, operands);
        List<Tensor> outputs = new ArrayList<>();
        int own = carries;
        for (int c : carried) {
            outputs.add(c < 0 ? results.get(own++) : scan.after(results.get(scan.history(c))));
        }
        return new Turn(results.subList(0, carries), outputs);
    }

    /** The same loop over another body. */
    public Scan with(Body other) {
        return new Scan(other, length, carries, sequences, kept, reverse);
    }

    /** How many values are stacked. */
    public int outputs() {
        return body.results().size() - carries;
    }

    /** Number of the result that is a carry's history. */
    public int history(int carry) {
        return carries + outputs() + kept.indexOf(carry);
    }

    /** Of a history, a carry before each step, by slice. */
    public Tensor before(Tensor history) {
        return history.slice(0, reverse ? 1 : 0, reverse ? length + 1 : length);
    }

    /** Of a history, a carry after each step, by slice. */
    public Tensor after(Tensor history) {
        return history.slice(0, reverse ? 0 : 1, reverse ? length : length + 1);
    }

    /** Number of the entry of a history that is the initial carry. */
    public int first() {
        return reverse ? length : 0;
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        List<TensorType> in = body.parameters();
        List<TensorType> out = body.results();
        Rules.count(operands, in.size());
        Rules.require(body.ops().stream().noneMatch(op -> op instanceof RandomUniform || op instanceof Dropout),
                "random numbers drawn inside would be the same in each step: draw them outside and loop over them");
        for (int i = 0; i < operands.size(); i++) {
            boolean cut = i >= carries && i < carries + sequences;
            TensorType wanted = cut ? stacked(in.get(i), length) : in.get(i);
            Rules.require(operands.get(i).equals(wanted), "operand " + i + " must be " + wanted + ", it is " + operands.get(i));
        }
        for (int i = 0; i < carries; i++) {
            Rules.require(out.get(i).equals(in.get(i)), "a step turns carry " + i + " from " + in.get(i) + " into " + out.get(i));
        }
        List<TensorType> results = new ArrayList<>(out.subList(0, carries));
        for (TensorType t : out.subList(carries, out.size())) results.add(stacked(t, length));
        for (int c : kept) results.add(stacked(out.get(c), length + 1));
        return results;
    }

    private static TensorType stacked(TensorType t, int length) {
        return t.with(Shape.of(length).concat(t.shape()));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        return at.pullback().pull(this, at);
    }

    /** As other ops print, the body on one line. */
    @Override
    public String toString() {
        return "Scan[body={" + body.text() + "}, length=" + length + ", carries=" + carries + ", sequences=" + sequences
                + ", kept=" + kept + ", reverse=" + reverse + "]";
    }
}
