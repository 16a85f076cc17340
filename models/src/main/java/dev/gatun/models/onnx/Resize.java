package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Enlarges or shrinks along axes, one after another: by the nearest element, which is a choice of indices, or linearly,
 * which is a product with a matrix of two weights a column. Coordinates are computed in f32, as others do.
 */
final class Resize {
    private static final int LARGEST_MATRIX = 1 << 22;

    private final Call call;
    private final Value x;
    private final String mode;
    private final String coordinates;

    Resize(Call call) {
        this.call = call;
        x = call.in(0);
        mode = call.text("mode", "nearest");
        coordinates = call.text("coordinate_transformation_mode", "half_pixel");
        call.require(mode.equals("nearest") || mode.equals("linear"), "mode " + mode + " is not supported; supported are nearest and linear");
        call.require(!call.flag("antialias", false), "antialias is not supported");
        call.require(call.text("keep_aspect_ratio_policy", "stretch").equals("stretch"), "only the policy stretch is supported");
    }

    Value result() {
        List<Integer> axes = call.axes(call.ints("axes", IntStream.range(0, x.rank()).boxed().toList()), x.rank());
        boolean bySize = call.has(3) && call.known(3).elements() > 0;
        call.require(bySize || call.has(2), "needs scales or sizes");
        Literal given = call.known(bySize ? 3 : 2);
        call.require(given.elements() == axes.size(), given.elements() + " scales or sizes for " + axes.size() + " axes");
        boolean last = x.rank() == 4;
        Tensor y = last ? x.channelsLast() : x.tensor();
        List<Integer> places = last ? List.of(0, 3, 1, 2) : IntStream.range(0, x.rank()).boxed().toList();
        for (int i = 0; i < axes.size(); i++) {
            int size = x.dim(axes.get(i));
            double wanted = bySize ? given.at(i) : Math.floor((float) size * (float) given.at(i));
            call.require(wanted >= 1 && wanted <= Integer.MAX_VALUE, "axis " + axes.get(i) + " would have " + wanted + " elements");
            float scale = bySize ? (float) (wanted / size) : (float) given.at(i);
            y = along(y, places.get(axes.get(i)), size, (int) wanted, scale);
        }
        return last ? Value.channelsLast(y) : Value.of(y);
    }

    private Tensor along(Tensor y, int axis, int size, int wanted, float scale) {
        if (size == wanted && scale == 1) return y;
        call.require(wanted <= LARGEST_MATRIX, "axis " + axis + " would have " + wanted + " elements");
        float[] at = new float[wanted];
        for (int i = 0; i < wanted; i++) at[i] = coordinate(i, size, wanted, scale);
        return mode.equals("nearest") ? nearest(y, axis, size, at) : linear(y, axis, size, at);
    }

    private float coordinate(int i, int size, int wanted, float scale) {
        return switch (coordinates) {
            case "half_pixel" -> (i + 0.5f) / scale - 0.5f;
            case "pytorch_half_pixel" -> wanted > 1 ? (i + 0.5f) / scale - 0.5f : 0;
            case "asymmetric" -> i / scale;
            case "align_corners" -> wanted == 1 ? 0 : (float) i * (size - 1) / (wanted - 1);
            case "half_pixel_symmetric" -> {
                float adjustment = wanted / (scale * size);
                yield size / 2f * (1 - adjustment) + (i + 0.5f) / scale - 0.5f;
            }
            default -> throw call.error("attribute coordinate_transformation_mode: " + coordinates + " is not supported");
        };
    }

    private Tensor nearest(Tensor y, int axis, int size, float[] at) {
        String rounding = call.text("nearest_mode", "round_prefer_floor");
        long[] places = new long[at.length];
        for (int i = 0; i < at.length; i++) {
            double p = switch (rounding) {
                case "round_prefer_floor" -> Math.ceil(at[i] - 0.5f);
                case "round_prefer_ceil" -> Math.floor(at[i] + 0.5f);
                case "floor" -> Math.floor(at[i]);
                case "ceil" -> Math.ceil(at[i]);
                default -> throw call.error("attribute nearest_mode: " + rounding + " is unknown");
            };
            places[i] = Math.clamp((long) p, 0, size - 1);
        }
        int factor = at.length / size;
        boolean repeated = at.length % size == 0 && IntStream.range(0, places.length).allMatch(i -> places[i] == i / factor);
        return repeated ? repeat(y, axis, factor) : Axes.take(call, y, axis, places);
    }

    private static Tensor repeat(Tensor y, int axis, int factor) {
        List<Integer> apart = new ArrayList<>(y.shape().dims());
        apart.add(axis + 1, 1);
        List<Integer> stretched = new ArrayList<>(apart);
        stretched.set(axis + 1, factor);
        return y.reshape(new Shape(apart)).broadcast(new Shape(stretched))
                .reshape(y.shape().with(axis, y.shape().dim(axis) * factor));
    }

    private Tensor linear(Tensor y, int axis, int size, float[] at) {
        call.require((long) size * at.length <= LARGEST_MATRIX, "an axis of " + size + " to " + at.length + " elements is too long to resize linearly");
        double[] weights = new double[size * at.length];
        for (int i = 0; i < at.length; i++) {
            float p = Math.clamp(at[i], 0f, size - 1f);
            int low = (int) p;
            int high = Math.min(low + 1, size - 1);
            weights[low * at.length + i] += 1 - (p - low);
            weights[high * at.length + i] += p - low;
        }
        Tensor matrix = call.constant(new Literal(DType.F32, List.of(size, at.length), weights, null));
        Integer[] order = Axes.swap(axis, y.shape().rank());
        return y.transpose(order).matmul(matrix).transpose(order);
    }
}
