package dev.gatun.tools;

import dev.gatun.runtime.Backend;
import dev.gatun.runtime.BackendException;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Precision;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    @Option(
            names = "--memory-budget",
            paramLabel = "SIZE",
            description = "Bound of the memory for weights, optimizer state and activations: 1500M, 2G. Where activations do not fit, the "
                    + "backward pass computes them again, which takes time. Default: no bound.")
    private String memory;

    /** Checks the flags before any work is done. */
    void check() {
        if (threads != null) Flags.atLeastOne("--threads", threads);
        memoryBudget();
    }

    /** In bytes; 0 for none. */
    private long memoryBudget() {
        if (memory == null) return 0;
        Matcher m = Pattern.compile("(\\d{1,7})([MG])(i?B)?", Pattern.CASE_INSENSITIVE).matcher(memory);
        if (!m.matches() || Long.parseLong(m.group(1)) == 0) {
            throw new IllegalArgumentException("--memory-budget must be a size such as 1500M or 2G, got " + memory);
        }
        return Long.parseLong(m.group(1)) << (m.group(2).equalsIgnoreCase("G") ? 30 : 20);
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
        return compiler(Set.of());
    }

    /** A compiler that leaves passes out. */
    Compiler compiler(Set<String> without) {
        check();
        return new Compiler(backend, precision, threads == null ? 0 : threads, memoryBudget(), without);
    }
}
