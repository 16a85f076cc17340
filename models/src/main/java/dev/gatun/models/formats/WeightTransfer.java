package dev.gatun.models.formats;

import dev.gatun.graph.types.TensorType;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.checkpoint.WeightSource;
import dev.gatun.models.layers.ParameterTree;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * Moves a file's tensors into a model's parameters, a few rows at a time.
 *
 * @param source the file or files
 * @param place what errors that concern no tensor name
 * @param table which tensor is which parameter
 * @param headWidth of attention, for tables with interleaved rows
 */
record WeightTransfer(WeightSource source, Path place, NameTable table, int headWidth) {
    /** Rows moved at once: a column of so many floats is a cache line of a transposed matrix. */
    private static final int ROWS = 16;

    /** Checks that every parameter is there in its shape, and that the file holds nothing unknown. */
    void check(ParameterTree tree) {
        for (ParameterTree.Entry e : tree.entries()) {
            NameTable.Place at = at(e);
            String name = name(e, at);
            List<Long> expected = foreignShape(e.parameter().type(), at.layout());
            if (!source.shape(name).equals(expected)) {
                throw new CheckpointException(source.file(name), name, "expected the shape " + expected + " by the model's configuration, found "
                        + source.shape(name));
            }
        }
        for (String name : source.names()) {
            if (!table.knows(name)) {
                throw new CheckpointException(source.file(name), name, "a tensor that this family of models does not have, so the model "
                        + "would compute something else without it");
            }
        }
    }

    private NameTable.Place at(ParameterTree.Entry e) {
        return table.place(e.name()).orElseThrow(() -> new CheckpointException(place, e.name(), "has no place in this format"));
    }

    private String name(ParameterTree.Entry e, NameTable.Place at) {
        return at.names().stream().filter(source.names()::contains).findFirst().orElseThrow(() -> new CheckpointException(place,
                at.names().getFirst(), "missing, expected " + foreignShape(e.parameter().type(), at.layout())));
    }

    private static List<Long> foreignShape(TensorType ours, NameTable.Layout layout) {
        List<Long> dims = ours.shape().dims().stream().map(Integer::longValue).toList();
        return layout == NameTable.Layout.SAME ? dims : dims.reversed();
    }

    /**
     * Reads all parameters.
     *
     * @param state finds a parameter's memory by its name: dense f32
     */
    void read(ParameterTree tree, Function<String, MemorySegment> state) {
        check(tree);
        for (ParameterTree.Entry e : tree.entries()) {
            NameTable.Place at = at(e);
            String name = name(e, at);
            MemorySegment to = state.apply(e.name());
            if (to.byteSize() != e.parameter().type().bytes()) {
                throw new IllegalArgumentException(e.name() + " needs " + e.parameter().type().bytes() + " bytes, got " + to.byteSize());
            }
            try {
                if (at.layout() == NameTable.Layout.SAME) same(name, e.parameter().type(), to);
                else transposed(name, e.parameter().type(), at.layout(), to);
            } catch (InternalError fault) { // what the JVM throws where a mapped file was cut behind its back
                throw new CheckpointException(source.file(name), name, "the file changed while it was read", fault);
            }
        }
    }

    private void same(String name, TensorType type, MemorySegment to) {
        int columns = type.rank() == 0 ? 1 : type.dim(-1);
        float[] row = new float[columns];
        for (long r = 0; r < type.elements() / columns; r++) {
            source.row(name, r, row, 0);
            MemorySegment.copy(row, 0, to, ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * r * columns, columns);
        }
    }

    private void transposed(String name, TensorType type, NameTable.Layout layout, MemorySegment to) {
        int in = type.dim(0); // their columns
        int out = type.dim(1); // their rows
        float[] rows = new float[Math.multiplyExact(ROWS, in)];
        long[] at = new long[ROWS];
        for (int first = 0; first < out; first += ROWS) {
            int count = Math.min(ROWS, out - first);
            for (int r = 0; r < count; r++) {
                source.row(name, first + r, rows, r * in);
                at[r] = layout == NameTable.Layout.INTERLEAVED ? straightened(first + r) : first + r;
            }
            for (int c = 0; c < in; c++) {
                for (int r = 0; r < count; r++) {
                    to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * ((long) c * out + at[r]), rows[r * in + c]);
                }
            }
        }
    }

    /** Rows {@code 2 i} and {@code 2 i + 1} of a head are its rows {@code i} and {@code i + width/2}. */
    private long straightened(int row) {
        int head = row / headWidth;
        int local = row % headWidth;
        return (long) head * headWidth + local % 2 * (headWidth / 2) + local / 2;
    }
}
