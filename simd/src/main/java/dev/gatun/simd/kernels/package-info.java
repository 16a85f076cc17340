/** Kernels that no loop expression covers: scatter and random numbers. */
package dev.gatun.simd.kernels;
