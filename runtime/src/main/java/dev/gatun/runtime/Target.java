package dev.gatun.runtime;

/**
 * What compiled code asks of the machine that runs it.
 *
 * @param backend the backend that it was compiled with
 * @param architecture of the processor, as Java names it
 * @param vectorBits length of a vector
 * @param library version and instruction set of oneDNN, {@code oneDNN 3.11.0 avx512_core}; empty where none is needed
 * @param version of Gatun
 */
public record Target(Backend backend, String architecture, int vectorBits, String library, String version) {
    /** The version of Gatun that this is. */
    public static final String GATUN = "0.1.0";

    /** The same without a library. */
    Target withoutLibrary() {
        return new Target(backend, architecture, vectorBits, "", version);
    }

    /**
     * Checks that this machine will do.
     *
     * @param here what this machine has
     * @throws BackendException naming what is missing
     */
    void check(Target here) {
        require("Gatun", version, here.version);
        require("a processor of architecture", architecture, here.architecture);
        require("vectors of so many bits:", Integer.toString(vectorBits), Integer.toString(here.vectorBits));
        if (!library.isEmpty()) require("", library, here.library);
    }

    private static void require(String what, String needed, String found) {
        if (needed.equals(found)) return;
        throw new BackendException("this compiled model needs " + (what.isEmpty() ? needed : what + " " + needed) + ", here is "
                + (found.isEmpty() ? "none" : found) + ": compile it anew on such a machine");
    }
}
