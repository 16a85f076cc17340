package dev.gatun.runtime;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** One run of a kernel, for Flight Recorder. Off in a recording unless asked for: there are thousands a second. */
@Name("dev.gatun.Kernel")
@Label("Kernel")
@Description("One run of a kernel by the worker team")
@Category({"Gatun", "Run"})
@StackTrace(false)
@Enabled(false)
final class KernelEvent extends Event {
    @Label("Function")
    String function;

    @Label("Kernel")
    String kernel;

    @Label("Source Line")
    String source;
}
