package dev.gatun.graph.ir;

import dev.gatun.graph.types.TensorType;

/**
 * A tensor in a graph, assigned once.
 *
 * @param id number, unique in its graph
 * @param type element type and shape
 */
public record Value(int id, TensorType type) {
    @Override
    public String toString() {
        return "%" + id;
    }
}
