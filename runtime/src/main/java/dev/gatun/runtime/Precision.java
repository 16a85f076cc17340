package dev.gatun.runtime;

import java.util.Locale;

/** Element types that a training step computes with. */
public enum Precision {
    /** f32 throughout. */
    F32,
    /** Matrix products read bf16 and sum in f32; parameters, moments, reductions and losses stay f32. */
    BF16;

    /** The name as options take it: {@code bf16}. */
    public String option() {
        return name().toLowerCase(Locale.ROOT);
    }
}
