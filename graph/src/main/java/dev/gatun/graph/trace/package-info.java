/** Recording user code as a graph, for a scope. */
package dev.gatun.graph.trace;
