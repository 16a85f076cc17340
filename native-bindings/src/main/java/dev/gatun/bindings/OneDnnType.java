package dev.gatun.bindings;

import dev.gatun.bindings.onednn.Dnnl;
import java.util.Locale;

/** Element types of a {@link OneDnnTensor}. */
public enum OneDnnType {
    /** 32-bit float. */
    F32(Dnnl.dnnl_f32(), 4),
    /** The upper half of a 32-bit float; products are accumulated in {@link #F32}. */
    BF16(Dnnl.dnnl_bf16(), 2),
    /** 16-bit IEEE float. */
    F16(Dnnl.dnnl_f16(), 2),
    /** 32-bit integer. */
    S32(Dnnl.dnnl_s32(), 4),
    /** 8-bit integer. */
    S8(Dnnl.dnnl_s8(), 1),
    /** 8-bit unsigned integer. */
    U8(Dnnl.dnnl_u8(), 1);

    private final int code;
    private final int bytes;

    OneDnnType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    int code() {
        return code;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
