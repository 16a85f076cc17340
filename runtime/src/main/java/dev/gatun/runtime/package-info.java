/**
 * Compiling graphs and running them: {@link dev.gatun.runtime.Compiler}, {@link dev.gatun.runtime.Executable}.
 *
 * <p>Gatun prints nothing; what it has to tell goes to these {@link java.lang.System.Logger}s:
 *
 * <ul>
 *   <li>{@code dev.gatun.compile}: functions that were compiled and how long each phase took (DEBUG)
 *   <li>{@code dev.gatun.backend}: what computes (DEBUG), that oneDNN is missing (INFO), that it refused a product which Java
 *       computes instead (WARNING)
 *   <li>{@code dev.gatun.train}: starts, ends and checkpoints of runs (DEBUG)
 *   <li>{@code dev.gatun.data}: training that waits for its data (WARNING)
 * </ul>
 */
package dev.gatun.runtime;
