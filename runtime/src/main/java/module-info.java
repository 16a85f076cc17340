/** How to compute: compiles plans for a device, owns memory and threads, runs and profiles. */
module dev.gatun.runtime {
    requires transitive dev.gatun.graph;
    requires dev.gatun.bindings;
    requires dev.gatun.simd;
    requires jdk.jfr;

    exports dev.gatun.runtime;
    exports dev.gatun.runtime.reference;
}
