package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import java.util.function.UnaryOperator;

/**
 * A named rewrite of a graph into an equivalent one.
 *
 * @param name as {@code explain --pass} takes it
 * @param rewrite the function
 */
public record Pass(String name, UnaryOperator<Graph> rewrite) {}
