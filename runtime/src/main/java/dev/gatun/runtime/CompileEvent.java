package dev.gatun.runtime;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A phase of a compilation, for Flight Recorder. */
@Name("dev.gatun.Compile")
@Label("Compile Phase")
@Description("One phase of turning a graph into kernels")
@Category({"Gatun", "Compiler"})
@StackTrace(false)
final class CompileEvent extends Event {
    @Label("Function")
    String function;

    @Label("Phase")
    String phase;
}
