package dev.gatun.graph.schedule;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What scheduling and memory planning save beyond what is right without. Each can be left out, to see what it earns. */
public enum Saving {
    /** Matrix products read transposed matrices as they lie in memory. */
    TRANSPOSES("gemm-transposes"),
    /** Loops and kernels read transposed dimensions where they lie; otherwise each transpose is a copy. */
    LAYOUTS("layouts"),
    /** States, and temporaries that are read for the last time, are overwritten by the loop that computes what follows. */
    IN_PLACE("in-place"),
    /** Temporaries that do not live at the same time share memory. */
    REUSE("reuse"),
    /** Small loops that do not need one another run as one step. */
    TOGETHER("together"),
    /** The backward pass computes cheap values again instead of finding them in memory. */
    RECOMPUTATION("recompute");

    private final String option;

    Saving(String option) {
        this.option = option;
    }

    /** Its name among those of passes. */
    public String option() {
        return option;
    }

    /** The one of a name. */
    public static Optional<Saving> of(String option) {
        return Arrays.stream(values()).filter(s -> s.option.equals(option)).findFirst();
    }

    /** Names of all. */
    public static List<String> options() {
        return Arrays.stream(values()).map(Saving::option).toList();
    }
}
