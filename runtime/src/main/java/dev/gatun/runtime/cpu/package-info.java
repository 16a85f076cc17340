/** Lowers plans to kernels for the CPU: generated loops, and matrix products in pure Java. */
package dev.gatun.runtime.cpu;
