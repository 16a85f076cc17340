/**
 * The loop compiler: a fused loop nest of the plan becomes one hidden class, its sizes and strides baked in as
 * constants. {@link dev.gatun.simd.loop.LoopCompiler} is the way in.
 */
package dev.gatun.simd.loop;
