package dev.gatun.bindings;

import dev.gatun.bindings.onednn.Dnnl;

/** How exactly f32 arguments are multiplied. */
public enum OneDnnMath {
    /** In f32. */
    F32(Dnnl.dnnl_fpmath_mode_strict()),
    /** Rounded to bf16 first where the CPU gains by it (with AMX, not by its bf16 dot product alone); sums stay f32. */
    BF16(Dnnl.dnnl_fpmath_mode_bf16());

    private final int code;

    OneDnnMath(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
