package dev.gatun.runtime.cpu;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** Two ways of computing a product were measured, for Flight Recorder. */
@Name("dev.gatun.Choice")
@Label("Kernel Choice")
@Description("Two ways of computing a matrix product, measured on one thread; the faster one is taken")
@Category({"Gatun", "Compiler"})
@StackTrace(false)
final class ChoiceEvent extends Event {
    @Label("Product")
    String shape;

    @Label("Source Line")
    String source;

    @Label("Generated Kernels")
    @Timespan(Timespan.NANOSECONDS)
    long simd;

    @Label("oneDNN")
    @Timespan(Timespan.NANOSECONDS)
    long oneDnn;

    static void commit(String shape, String source, ProductTimes.Times times) {
        ChoiceEvent event = new ChoiceEvent();
        if (!event.shouldCommit()) return;
        event.shape = shape;
        event.source = source;
        event.simd = (long) (times.simd() * 1e3);
        event.oneDnn = (long) (times.oneDnn() * 1e3);
        event.commit();
    }
}
