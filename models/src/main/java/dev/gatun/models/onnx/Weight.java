package dev.gatun.models.onnx;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/**
 * A tensor that an imported graph keeps as a state.
 *
 * @param name of the state: the initializer's, or {@code constant.N}
 * @param type f32 or i32; kernels of convolutions are {@code [H,W,I,O]}
 * @param trainable whether it is a parameter, rather than a constant or a statistic
 * @param content writes the elements, dense, row-major, in native byte order
 */
public record Weight(String name, TensorType type, boolean trainable, Consumer<MemorySegment> content) {
    static Weight of(String name, TensorType type, Literal l) {
        return new Weight(name, type, false, to -> {
            for (int i = 0; i < l.elements(); i++) {
                if (type.dtype() == DType.F32) to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, (float) l.reals()[i]);
                else to.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, (int) l.integers()[i]);
            }
        });
    }
}
