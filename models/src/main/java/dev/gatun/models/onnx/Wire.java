package dev.gatun.models.onnx;

import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A value of a graph that is being exported, under the names that it has in the model: as the graph has it, as images
 * {@code [N,C,H,W]}, or as something smaller that stretches to it. Forms that nobody asks for are never made.
 */
final class Wire {
    private static final long[] TO_FIRST = {0, 3, 1, 2};
    private static final long[] TO_LAST = {0, 2, 3, 1};

    private final GraphWriter writer;
    private final TensorType type;
    private String plain;
    private String first;
    private String small;
    private Shape smallShape;

    private Wire(GraphWriter writer, TensorType type) {
        this.writer = writer;
        this.type = type;
    }

    static Wire plain(GraphWriter writer, TensorType type, String name) {
        Wire w = new Wire(writer, type);
        w.plain = name;
        return w;
    }

    /** Images {@code [N,H,W,C]} that the model holds as {@code [N,C,H,W]}. */
    static Wire channelsFirst(GraphWriter writer, TensorType type, String name) {
        Wire w = new Wire(writer, type);
        w.first = name;
        return w;
    }

    /** A value that the model holds under a smaller shape, which stretches to the value's. */
    static Wire small(GraphWriter writer, TensorType type, String name, Shape shape) {
        Wire w = new Wire(writer, type);
        w.small = name;
        w.smallShape = shape;
        return w;
    }

    TensorType type() {
        return type;
    }

    boolean isChannelsFirst() {
        return plain == null && first != null;
    }

    /** The name of a single number that stands for all elements; {@code null} for other values. */
    String scalar() {
        return plain == null && smallShape != null && smallShape.rank() == 0 ? small : null;
    }

    /** Shape of what {@link #operand} names, before it is turned. */
    Shape shape() {
        return plain == null && first == null ? smallShape : type.shape();
    }

    void rename(String from, String to) {
        if (from.equals(plain)) plain = to;
        if (from.equals(first)) first = to;
        if (from.equals(small)) small = to;
    }

    /** The value as the graph has it. */
    String plain() {
        if (plain == null) {
            plain = first != null
                    ? writer.emit("Transpose", List.of(first), Map.of("perm", TO_LAST))
                    : writer.emit("Expand", List.of(small, writer.shape(type.shape())), Map.of());
        }
        return plain;
    }

    /** Images as {@code [N,C,H,W]}. */
    String channelsFirst() {
        if (first == null) first = writer.emit("Transpose", List.of(plain()), Map.of("perm", TO_FIRST));
        return first;
    }

    /** A name of what stretches to the value, or to its images {@code [N,C,H,W]}. */
    String operand(boolean channelsFirst) {
        if (plain != null || first != null) return channelsFirst ? channelsFirst() : plain();
        if (!channelsFirst || smallShape.elements() == 1) return small;
        List<Integer> dims = new ArrayList<>(smallShape.dims());
        while (dims.size() < 4) dims.addFirst(1);
        if (dims.get(3) == smallShape.elements()) return reshaped(small, List.of(dims.get(3), 1, 1)); // one number a channel
        return writer.emit("Transpose", List.of(reshaped(small, dims)), Map.of("perm", TO_FIRST));
    }

    private String reshaped(String name, List<Integer> dims) {
        return dims.equals(smallShape.dims()) ? name : writer.emit("Reshape", List.of(name, writer.shape(new Shape(dims))), Map.of());
    }
}
