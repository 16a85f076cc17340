/** Benchmarks: training steps beside those of other frameworks, and JMH suites of kernels. */
package dev.gatun.bench;
