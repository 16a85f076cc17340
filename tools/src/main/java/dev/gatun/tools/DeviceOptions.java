package dev.gatun.tools;

import dev.gatun.runtime.Backend;
import dev.gatun.runtime.BackendException;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Precision;
import picocli.CommandLine.Option;

/** Where and how to compute. */
final class DeviceOptions {
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
    }

    /**
     * A compiler for code that is to be fast from its first call: {@code auto} is oneDNN where there is one, since
     * generated kernels are slow until HotSpot has compiled them.
     */
    Compiler compilerForStart() {
        check();
        if (backend == Backend.AUTO) {
            try {
                return new Compiler(Backend.ONEDNN, precision, threads == null ? 0 : threads);
            } catch (BackendException e) {
                return new Compiler(Backend.SIMD, precision, threads == null ? 0 : threads);
            }
        }
        return compiler();
    }

    Compiler compiler() {
        check();
        return new Compiler(backend, precision, threads == null ? 0 : threads);
    }
}
