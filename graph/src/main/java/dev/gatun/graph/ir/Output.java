package dev.gatun.graph.ir;

/**
 * A value that leaves the graph.
 *
 * @param name a result's name, or the name of the state that is overwritten
 * @param value the value
 * @param update true when the value becomes the new content of the state {@code name}
 */
public record Output(String name, Value value, boolean update) {}
