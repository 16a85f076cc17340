package dev.gatun.tools;

import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import picocli.CommandLine.Option;

/** Where and how to compute. */
final class DeviceOptions {
    /** Element type of the products' operands. */
    enum Precision {
        F32,
        BF16
    }

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads. Default: one for each core.")
    private Integer threads;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "auto, simd, onednn or reference. Default: auto, the fastest there is.")
    private Backend backend;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            defaultValue = "f32",
            description = "f32 or bf16. Default: f32.")
    private Precision precision;

    /** Checks the flags before any work is done. */
    void check() {
        if (threads != null) Flags.atLeastOne("--threads", threads);
        if (precision == Precision.BF16) {
            throw new IllegalArgumentException("--precision bf16 is not available with backend " + backend.option() + ": use --precision f32");
        }
    }

    Compiler compiler() {
        check();
        return new Compiler(backend, threads == null ? 0 : threads);
    }
}
