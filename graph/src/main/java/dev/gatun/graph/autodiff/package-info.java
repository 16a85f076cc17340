/** Reverse-mode differentiation of a trace. */
package dev.gatun.graph.autodiff;
