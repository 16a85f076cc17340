/** Compiling graphs and running them: {@link dev.gatun.runtime.Compiler}, {@link dev.gatun.runtime.Executable}. */
package dev.gatun.runtime;
