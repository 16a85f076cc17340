/** Addresses for buffers: the border between what to compute and how. */
package dev.gatun.graph.plan;
