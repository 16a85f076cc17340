/**
 * The operations of a graph, one file each: type rule, gradient, formula. {@link dev.gatun.graph.ops.Tensor} is what
 * user code holds while a graph is traced.
 */
package dev.gatun.graph.ops;
