package dev.gatun.models.onnx;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An input or output of a model.
 *
 * @param name of the value
 * @param type of its elements; empty where the file does not say
 * @param dims sizes, fixed or open; empty where the file does not say
 */
public record Port(String name, Optional<ElementType> type, Optional<List<Size>> dims) {
    /**
     * A size of a dimension.
     *
     * @param fixed the size, 0 where it is open
     * @param symbol what an open size is called; an open size without a symbol is called {@code input[axis]}
     */
    public record Size(int fixed, String symbol) {
        @Override
        public String toString() {
            return fixed > 0 ? Integer.toString(fixed) : symbol;
        }
    }

    /** {@code images float[batch,3,224,224]}. */
    @Override
    public String toString() {
        return name + " " + type.map(ElementType::toString).orElse("?")
                + dims.map(d -> d.stream().map(Size::toString).collect(Collectors.joining(",", "[", "]"))).orElse("[?]");
    }
}
