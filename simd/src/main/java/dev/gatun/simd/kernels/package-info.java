/** Kernels that no loop expression covers: scatter, random numbers, and what measures the ceilings of a machine. */
package dev.gatun.simd.kernels;
