/** Matrix products in f32: micro-kernels generated as bytecode, packing, and products of a few rows. */
package dev.gatun.simd.gemm;
