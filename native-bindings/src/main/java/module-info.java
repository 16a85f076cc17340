/** Native libraries behind Gatun: finding and loading them, their C API, and a small typed layer over it. */
module dev.gatun.bindings {
    exports dev.gatun.bindings;
    exports dev.gatun.bindings.onednn;
}
