package dev.gatun.graph.schedule;

/**
 * A value that some loop must leave in memory.
 *
 * @param value the value
 * @param into window to copy it to, when it is not its own storage (a part of a concatenation, a result); else
 *     {@code null}
 * @param position number of the node that asks for it; roots are taken in this order
 */
record Root(int value, Place into, int position) {}
