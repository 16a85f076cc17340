/** Training steps in PyTorch, to be timed beside Gatun's. Compiled with the Maven profile {@code peers} only. */
package dev.gatun.bench.peers;
