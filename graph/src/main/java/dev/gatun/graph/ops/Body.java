package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/** What a loop repeats: a graph of its own, as far as ops need to know of graphs. Equal bodies compute the same. */
public interface Body {
    /** Types of what it is given, in order. */
    List<TensorType> parameters();

    /** Types of what it gives back, in order. */
    List<TensorType> results();

    /** The ops in it, in order. */
    List<Op> ops();

    /** The whole of it on one line. */
    String text();
}
