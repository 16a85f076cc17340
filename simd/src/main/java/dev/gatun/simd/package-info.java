/** Kernels for the CPU in pure Java, on the Vector API and on bytecode generated for each shape. */
package dev.gatun.simd;
