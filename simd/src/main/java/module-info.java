/** CPU kernels in pure Java: the loop compiler, GEMM, attention, vector math. */
@SuppressWarnings("module")
module dev.gatun.simd {
    requires transitive dev.gatun.graph;
    requires java.management;
    requires jdk.incubator.vector;

    exports dev.gatun.simd;
    exports dev.gatun.simd.attention;
    exports dev.gatun.simd.conv;
    exports dev.gatun.simd.gemm;
    exports dev.gatun.simd.kernels;
    exports dev.gatun.simd.loop;
}
