/** Attention, forward and backward, without the matrix of all scores. */
package dev.gatun.simd.attention;
