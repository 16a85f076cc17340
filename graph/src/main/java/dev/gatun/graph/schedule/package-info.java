/** A graph as a list of steps: fused loops and calls of library kernels. */
package dev.gatun.graph.schedule;
