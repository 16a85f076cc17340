package dev.gatun.models.onnx;

import static dev.gatun.models.onnx.OnnxCase.between;
import static dev.gatun.models.onnx.OnnxCase.f;
import static dev.gatun.models.onnx.OnnxCase.ints;
import static dev.gatun.models.onnx.OnnxCase.of;
import static dev.gatun.models.onnx.OnnxCase.one;
import static dev.gatun.models.onnx.OnnxCase.real;
import static dev.gatun.models.onnx.OnnxCase.reals;
import static dev.gatun.models.onnx.OnnxCase.truth;
import static dev.gatun.models.onnx.OnnxCase.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each operator against onnxruntime, on random inputs of several shapes; compiled for the CPU. */
class OperatorTest {
    private static final ElementType FLOAT = ElementType.FLOAT;
    private static final ElementType INT64 = ElementType.INT64;
    private static final ElementType INT32 = ElementType.INT32;
    private static final ElementType BOOL = ElementType.BOOL;

    static Stream<OnnxCase> pointwise() {
        Stream<OnnxCase> plain = Stream.of("Neg", "Abs", "Exp", "Sin", "Cos", "Sinh", "Cosh", "Tanh", "Erf", "Sigmoid", "Relu", "LeakyRelu",
                        "ThresholdedRelu", "Elu", "Celu", "Selu", "Softplus", "Softsign", "HardSigmoid", "HardSwish", "Mish", "Floor", "Ceil",
                        "Round", "Sign", "Identity", "Reciprocal", "Dropout")
                .flatMap(op -> Stream.of(of(op, f(2, 17)), of(op, f(1, 3, 5, 5)), of(op, f(33))));
        return Stream.concat(plain, Stream.of(
                of("Log", between(0.1, 4, 3, 7)), of("Sqrt", between(0, 4, 3, 7)), of("Tan", between(-1, 1, 31)),
                of("LeakyRelu", f(2, 15)).with("alpha", 0.3), of("Elu", f(2, 15)).with("alpha", 0.5), of("Celu", f(16)).with("alpha", 2.0),
                of("HardSigmoid", f(2, 16)).with("alpha", 0.3).with("beta", 0.4), of("Selu", f(9)).with("alpha", 1.5).with("gamma", 1.2),
                of("Gelu", f(4, 33)).opset(20), of("Gelu", f(4, 33)).opset(20).with("approximate", "tanh"),
                of("Round", between(-9, 9, 64)), of("Round", reals(0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 3, 1e9, -8388609)), of("Floor", reals(-1, -0.5, 0, 2.999, 1e12)),
                of("Not", truth(2, 9)).to(BOOL), of("IsNaN", f(8)).to(BOOL), of("IsInf", f(8)).to(BOOL),
                of("Cast", f(3, 5)).with("to", 7).to(INT64), of("Cast", f(3, 5)).with("to", 9).to(BOOL),
                of("Cast", whole(INT64, -9, 9, 4, 3)).with("to", 1), of("Cast", truth(7)).with("to", 1), of("Cast", truth(7)).with("to", 6).to(INT32),
                of("CastLike", whole(INT32, 0, 5, 4), f(2)), of("Relu", f(2, 3)).opset(13), of("Abs", whole(INT32, -9, 9, 17)).to(INT32), of("Neg", whole(INT32, -9, 9, 17)).to(INT32)));
    }

    static Stream<OnnxCase> arithmetic() {
        Stream<OnnxCase> plain = Stream.of("Add", "Sub", "Mul", "Max", "Min", "Sum", "Mean")
                .flatMap(op -> Stream.of(of(op, f(2, 3, 5), f(2, 3, 5)), of(op, f(2, 3, 5), f(3, 1)), of(op, f(17), f(4, 1)), of(op, f(2, 2), real(0.7))));
        return Stream.concat(plain, Stream.of(
                of("Div", f(3, 5), between(0.5, 2, 5)), of("Div", f(3, 5), real(4)), of("Max", f(2, 3), f(3), f(2, 1)), of("Mean", f(2, 3), f(3), f(2, 1)),
                of("Add", whole(INT64, -9, 9, 4, 5), whole(INT64, -9, 9, 5)).to(INT64), of("Mul", whole(INT32, -9, 9, 4, 5), whole(INT32, -9, 9, 4, 1)).to(INT32),
                of("Div", whole(INT64, -99999, 99999, 64), whole(INT64, 1, 9, 64)).to(INT64),
                of("Div", whole(INT32, -2000000000, 2000000000, 257), whole(INT32, -9, -1, 257)).to(INT32),
                of("Mod", whole(INT64, -99, 99, 64), whole(INT64, 1, 9, 64)).to(INT64), of("Mod", whole(INT64, -99, 99, 64), whole(INT64, -9, -1, 64)).to(INT64),
                of("Mod", whole(INT32, -99, 99, 64), whole(INT32, 1, 9, 64)).with("fmod", 1).to(INT32), of("Mod", f(5, 7), between(0.4, 0.9, 7)).with("fmod", 1),
                of("Pow", f(3, 7), real(2)), of("Pow", f(3, 7), real(3)), of("Pow", between(0.2, 3, 9), real(0.5)), of("Pow", between(0.2, 3, 9), real(-0.5)),
                of("Pow", between(0.2, 3, 9), real(2.7)), of("Pow", f(3, 7), real(-1)), of("Pow", between(0.2, 3, 3, 5), f(3, 5)), of("Pow", f(4), reals(2, 3, 0, 1)),
                of("PRelu", f(2, 3, 4), f(3, 1)), of("PRelu", f(2, 5), f(5)),
                of("Clip", f(3, 9), real(-0.5), real(0.75)), of("Clip", f(3, 9), null, real(0.5)), of("Clip", f(3, 9), real(0)), of("Clip", f(4)),
                of("Where", truth(3, 5), f(3, 5), f(5)), of("Where", truth(3, 1), f(3, 5), real(1)),
                of("Equal", whole(INT64, 0, 3, 5, 5), whole(INT64, 0, 3, 5)).to(BOOL), of("Less", f(3, 5), f(5)).to(BOOL), of("Greater", f(3, 5), f(5)).to(BOOL),
                of("LessOrEqual", whole(INT32, 0, 3, 5, 5), whole(INT32, 0, 3, 5, 1)).to(BOOL), of("GreaterOrEqual", f(3, 5), f(5)).to(BOOL),
                of("And", truth(3, 5), truth(5)).to(BOOL), of("Or", truth(3, 5), truth(5)).to(BOOL), of("Xor", truth(3, 5), truth(5)).to(BOOL)));
    }

    static Stream<OnnxCase> reductions() {
        Stream<OnnxCase> plain = Stream.of("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp")
                .flatMap(op -> Stream.of(of(op, f(2, 3, 5), ints(-1)), of(op, f(2, 3, 5), ints(0, 2)).with("keepdims", 0), of(op, f(2, 7, 3), ints(1)), of(op, f(3, 5)),
                        op.equals("ReduceSum") ? of(op, f(3, 5), ints(1)).opset(13) : of(op, f(3, 5)).with("axes", new long[] {1}).opset(13)));
        return Stream.concat(plain, Stream.of(
                of("ReduceLogSum", between(0.1, 3, 3, 5), ints(1)), of("ReduceSum", f(3, 5), ints()).with("noop_with_empty_axes", 1),
                of("ReduceSum", whole(INT64, -5, 5, 3, 4), ints(0)).to(INT64), of("ReduceMax", whole(INT32, -5, 5, 3, 4), ints(1)).to(INT32),
                of("ArgMax", f(3, 17)).with("axis", 1).to(INT64), of("ArgMax", f(3, 17)).with("keepdims", 0).to(INT64), of("ArgMin", f(2, 5, 3)).with("axis", -1).to(INT64),
                of("ArgMax", whole(INT32, 0, 3, 4, 9)).with("axis", 1).to(INT64), of("ArgMax", whole(INT32, 0, 3, 4, 9)).with("axis", 1).with("select_last_index", 1).to(INT64),
                of("CumSum", f(3, 9), one(1)), of("CumSum", f(3, 9), one(0)).with("exclusive", 1), of("CumSum", f(9), one(0)).with("reverse", 1),
                of("CumSum", whole(INT64, 0, 3, 2, 17), one(-1)).to(INT64)));
    }

    static Stream<OnnxCase> layout() {
        return Stream.of(
                of("Reshape", f(2, 3, 4), ints(4, 6)), of("Reshape", f(2, 3, 4), ints(0, -1)), of("Reshape", f(2, 3, 4), ints(-1)), of("Flatten", f(2, 3, 4)),
                of("Flatten", f(2, 3, 4)).with("axis", 0), of("Flatten", f(2, 3, 4)).with("axis", -1), of("Flatten", f(2, 3)).with("axis", 2),
                of("Transpose", f(2, 3, 4)), of("Transpose", f(2, 3, 4, 5)).with("perm", new long[] {0, 2, 3, 1}), of("Transpose", f(2, 3, 4, 5)).with("perm", new long[] {0, 3, 1, 2}),
                of("Squeeze", f(1, 3, 1)), of("Squeeze", f(1, 3, 1), ints(-1)), of("Unsqueeze", f(3, 4), ints(0, 3)), of("Unsqueeze", f(3, 4), ints(-1)),
                of("Concat", f(2, 3), f(2, 5)).with("axis", 1), of("Concat", f(1, 3), f(2, 3), f(4, 3)).with("axis", 0), of("Concat", truth(2, 3), truth(2, 5)).with("axis", -1).to(BOOL),
                of("Split", f(6, 4)).to(FLOAT, FLOAT).with("num_outputs", 2), of("Split", f(7, 4)).to(FLOAT, FLOAT, FLOAT).with("num_outputs", 3),
                of("Split", f(2, 9), ints(2, 3, 4)).with("axis", 1).to(FLOAT, FLOAT, FLOAT).opset(13), of("Split", f(2, 8)).with("axis", -1).to(FLOAT, FLOAT).opset(13),
                of("Slice", f(5, 9), ints(1), ints(4)), of("Slice", f(5, 9), ints(-3), ints(Long.MAX_VALUE), ints(1)), of("Slice", f(5, 9), ints(0, 8), ints(5, -100), ints(0, 1), ints(2, -2)),
                of("Slice", f(5, 9), ints(1, 2), ints(-1, 5), ints(-1, -2)), of("Slice", f(3, 9), ints(8), ints(Long.MIN_VALUE), ints(1), ints(-1)),
                of("Expand", f(3, 1), ints(2, 3, 4)), of("Expand", f(3, 4), ints(3, 1)), of("Tile", f(2, 3), ints(2, 3)), of("Tile", f(2, 1, 3), ints(1, 4, 2)),
                of("Pad", f(2, 5), ints(1, 0, 0, 2)), of("Pad", f(2, 5), ints(0, 1, 1, 1), real(1.5)), of("Pad", f(3, 5), ints(1, 2, 2, 1)).with("mode", "reflect"),
                of("Pad", f(3, 5), ints(1, 2, 2, 1)).with("mode", "edge"), of("Pad", f(3, 5), ints(-1, 2, 0, -1)), of("Pad", f(2, 3, 4), ints(1, 2), null, ints(2)),
                of("Pad", f(3, 5), ints(1, 2, 2, 1)).with("mode", "wrap").opset(19),
                of("Trilu", f(4, 5)), of("Trilu", f(2, 5, 5), one(1)).with("upper", 0), of("Trilu", f(4, 4), one(-1)),
                of("DepthToSpace", f(2, 8, 2, 3)).with("blocksize", 2), of("DepthToSpace", f(2, 8, 2, 3)).with("blocksize", 2).with("mode", "CRD"), of("SpaceToDepth", f(1, 2, 4, 6)).with("blocksize", 2),
                of("Shape", f(2, 3)).to(INT64), of("Shape", f(2, 3, 4)).with("start", 1).to(INT64), of("Size", f(2, 3)).to(INT64),
                of("ConstantOfShape", ints(2, 3)), of("ConstantOfShape", ints(4)).with("value", new Sample(INT64, List.of(1), new double[] {7})).to(INT64),
                of("Constant").with("value", new Sample(FLOAT, List.of(2, 2), new double[] {1, 2, 3, 5})), of("Constant").with("value_ints", new long[] {3, 1, 4}).to(INT64),
                of("Constant").with("value_float", 2.5), of("Constant").with("value_int", 9).to(INT64), of("Constant").with("value_floats", new float[] {1, 4, 2}),
                of("Range", one(3), one(17), one(2)).to(INT64), of("Range", real(1), real(2), real(0.25)), of("EyeLike", f(3, 4)), of("EyeLike", f(4, 4)).with("k", -1));
    }

    static Stream<OnnxCase> indices() {
        return Stream.of(
                of("Gather", f(7, 5), whole(INT64, 0, 7, 3)), of("Gather", f(7, 5), whole(INT64, 0, 7, 2, 3)), of("Gather", f(3, 7), whole(INT32, 0, 7, 4)).with("axis", 1),
                of("Gather", f(2, 7, 3), whole(INT64, 0, 7, 2, 2)).with("axis", 1), of("Gather", f(7, 5), one(2)), of("Gather", f(3, 7), one(-1)).with("axis", 1), of("Gather", f(3, 7), ints(6, 0, 3)).with("axis", -1),
                of("Gather", f(3, 7), ints(2, 3, 4)).with("axis", 1), of("Gather", f(3, 7), ints(-1, -2)).with("axis", 1), of("Gather", f(5, 3).stored(), whole(INT64, 0, 5, 2, 4)),
                of("GatherElements", f(4, 5), whole(INT64, 0, 4, 3, 5)), of("GatherElements", f(4, 5), whole(INT64, 0, 5, 4, 2)).with("axis", 1), of("GatherElements", f(2, 3, 4), whole(INT64, -3, 3, 2, 3, 4)).with("axis", 1),
                of("OneHot", whole(INT64, 0, 5, 3, 2), one(5), reals(0, 1)), of("OneHot", whole(INT64, -5, 5, 4), one(5), reals(-1, 2)).with("axis", 0));
    }

    static Stream<OnnxCase> products() {
        return Stream.of(
                of("MatMul", f(3, 4), f(4, 5)), of("MatMul", f(2, 3, 4), f(4, 5)), of("MatMul", f(2, 3, 4), f(2, 4, 5)), of("MatMul", f(2, 1, 3, 4), f(5, 4, 2)), of("MatMul", f(4), f(4, 5)),
                of("MatMul", f(3, 4), f(4)), of("MatMul", f(4), f(4)), of("MatMul", f(3, 4), f(2, 4, 5)), of("MatMul", f(5, 16), f(16, 33).stored()),
                of("Gemm", f(3, 4), f(4, 5)), of("Gemm", f(3, 4), f(5, 4), f(5)).with("transB", 1), of("Gemm", f(4, 3), f(4, 5), f(3, 1)).with("transA", 1).with("alpha", 0.5).with("beta", 2.0),
                of("Gemm", f(2, 17), f(9, 17).stored(), f(9).stored()).with("transB", 1), of("Gemm", f(2, 3), f(3, 4), real(2)),
                of("Einsum", f(2, 3), f(3, 4)).with("equation", "ij,jk->ik"), of("Einsum", f(2, 5, 3, 4), f(2, 6, 3, 4)).with("equation", "bihd,bjhd->bhij"), of("Einsum", f(2, 3), f(4, 3)).with("equation", "ij,kj"),
                of("Einsum", f(2, 3, 4)).with("equation", "abc->cba"), of("Einsum", f(3), f(4)).with("equation", "i,j->ij"), of("Einsum", f(2, 3, 5), f(2, 3)).with("equation", "bij,bi->bj"),
                of("Einsum", f(2, 3), f(2, 3)).with("equation", "ij,ij->"));
    }

    private static OnnxCase conv(OnnxCase.Input x, OnnxCase.Input w) {
        return of("Conv", x, w.stored(), f(w.sample().dims().getFirst()).stored());
    }

    static Stream<OnnxCase> images() {
        long[] two = {2, 2};
        long[] three = {3, 3};
        long[] around = {1, 1, 1, 1};
        return Stream.of(
                conv(f(2, 3, 8, 8), f(4, 3, 3, 3)), conv(f(2, 3, 9, 8), f(4, 3, 3, 3)).with("pads", around).with("strides", two), conv(f(1, 3, 9, 9), f(4, 3, 3, 3)).with("dilations", two),
                conv(f(1, 4, 7, 7), f(6, 2, 3, 3)).with("group", 2), conv(f(1, 4, 7, 7), f(4, 1, 3, 3)).with("group", 4).with("pads", around), conv(f(1, 3, 8, 8), f(2, 3, 3, 3)).with("pads", new long[] {0, 1, 2, 1}),
                conv(f(1, 3, 8, 7), f(2, 3, 3, 3)).with("auto_pad", "SAME_UPPER").with("strides", two), conv(f(1, 3, 8, 7), f(2, 3, 2, 2)).with("auto_pad", "SAME_LOWER"), conv(f(1, 3, 8, 7), f(2, 3, 3, 3)).with("auto_pad", "VALID"),
                of("Conv", f(1, 3, 8, 8), f(4, 3, 1, 1)), conv(f(2, 3, 17), f(4, 3, 5)).with("pads", new long[] {2, 2}), conv(f(2, 4, 17), f(4, 2, 3)).with("group", 2).with("strides", new long[] {2}),
                of("ConvTranspose", f(1, 4, 5, 5), f(4, 3, 3, 3).stored()), of("ConvTranspose", f(2, 4, 5, 4), f(4, 3, 3, 3).stored(), f(3).stored()).with("strides", two).with("pads", around),
                of("ConvTranspose", f(1, 4, 5, 5), f(4, 3, 3, 3).stored()).with("strides", two).with("pads", around).with("output_padding", new long[] {1, 1}),
                of("ConvTranspose", f(1, 4, 5, 5), f(4, 2, 3, 3).stored()).with("group", 2).with("pads", new long[] {0, 1, 1, 0}), of("ConvTranspose", f(1, 4, 9), f(4, 3, 4).stored()).with("strides", new long[] {2}).with("pads", new long[] {1, 1}),
                of("ConvTranspose", f(1, 2, 5, 5), f(2, 3, 2, 2).stored()).with("strides", two), of("ConvTranspose", f(1, 2, 5, 5), f(2, 3, 3, 3).stored()).with("strides", two).with("output_shape", new long[] {10, 11}),
                of("ConvTranspose", f(1, 2, 5, 5), f(2, 3, 3, 3).stored()).with("strides", two).with("auto_pad", "SAME_UPPER"),
                of("MaxPool", f(2, 3, 8, 8)).with("kernel_shape", two).with("strides", two), of("MaxPool", f(2, 3, 9, 9)).with("kernel_shape", three).with("strides", two).with("pads", around),
                of("MaxPool", f(1, 3, 8, 8)).with("kernel_shape", three).with("strides", two).with("ceil_mode", 1), of("MaxPool", f(1, 3, 9, 9)).with("kernel_shape", three).with("pads", new long[] {0, 1, 2, 1}),
                of("MaxPool", f(1, 3, 17)).with("kernel_shape", new long[] {3}), of("MaxPool", f(1, 3, 8, 7)).with("kernel_shape", three).with("auto_pad", "SAME_UPPER").with("strides", two),
                of("AveragePool", f(2, 3, 8, 8)).with("kernel_shape", two).with("strides", two), of("AveragePool", f(2, 3, 9, 9)).with("kernel_shape", three).with("strides", two).with("pads", around),
                of("AveragePool", f(2, 3, 9, 9)).with("kernel_shape", three).with("pads", around).with("count_include_pad", 1), of("AveragePool", f(1, 3, 8, 8)).with("kernel_shape", three).with("strides", two).with("ceil_mode", 1),
                of("AveragePool", f(1, 3, 9, 9)).with("kernel_shape", three).with("pads", new long[] {0, 1, 2, 1}), of("AveragePool", f(1, 3, 9, 9)).with("kernel_shape", three).with("pads", new long[] {0, 1, 2, 1}).with("count_include_pad", 1),
                of("AveragePool", f(1, 3, 16)).with("kernel_shape", new long[] {4}).with("strides", new long[] {2}),
                of("GlobalAveragePool", f(2, 5, 7, 7)), of("GlobalAveragePool", f(2, 5, 7)), of("GlobalMaxPool", f(2, 5, 7, 7)),
                of("Resize", f(1, 3, 4, 5), null, reals(1, 1, 2, 2)).with("coordinate_transformation_mode", "asymmetric").with("nearest_mode", "floor"), of("Resize", f(1, 3, 4, 5), null, reals(1, 1, 2, 3)),
                of("Resize", f(1, 3, 4, 5), null, null, ints(1, 3, 7, 9)), of("Resize", f(1, 3, 8, 9), null, null, ints(1, 3, 5, 4)).with("nearest_mode", "ceil").with("coordinate_transformation_mode", "align_corners"),
                of("Resize", f(1, 3, 4, 5), null, reals(1, 1, 2, 2)).with("mode", "linear"), of("Resize", f(1, 3, 4, 5), null, null, ints(1, 3, 7, 9)).with("mode", "linear").with("coordinate_transformation_mode", "align_corners"),
                of("Resize", f(1, 3, 4, 5), null, null, ints(1, 3, 7, 4)).with("mode", "linear").with("coordinate_transformation_mode", "pytorch_half_pixel"), of("Resize", f(1, 3, 4, 6), null, reals(2, 0.5)).with("axes", new long[] {2, 3}));
    }

    static Stream<OnnxCase> norms() {
        return Stream.of(
                of("Softmax", f(3, 17)), of("Softmax", f(3, 5, 7)).with("axis", 1), of("Softmax", f(5, 4)).with("axis", 0), of("LogSoftmax", f(3, 17)), of("LogSoftmax", f(3, 5, 7)).with("axis", 1),
                of("BatchNormalization", f(2, 3, 5, 5), f(3).stored(), f(3).stored(), f(3).stored(), between(0.3, 2, 3).stored()), of("BatchNormalization", f(4, 6), f(6), f(6), f(6), between(0.3, 2, 6)).with("epsilon", 0.01),
                of("BatchNormalization", f(2, 3, 9), f(3).stored(), f(3).stored(), f(3).stored(), between(0.3, 2, 3).stored()).opset(14),
                of("LayerNormalization", f(3, 17), f(17), f(17)), of("LayerNormalization", f(2, 3, 4), f(3, 4), f(3, 4)).with("axis", 1).with("epsilon", 0.001), of("LayerNormalization", f(2, 3, 8), f(8)),
                of("LayerNormalization", f(2, 3, 8), f(8), f(8)).to(FLOAT, FLOAT, FLOAT), of("InstanceNormalization", f(2, 3, 5, 5), f(3), f(3)), of("InstanceNormalization", f(2, 3, 9), f(3), f(3)).with("epsilon", 0.01),
                of("GroupNormalization", f(2, 6, 4, 4), f(2), f(2)).with("num_groups", 2), of("GroupNormalization", f(2, 6, 4, 4), f(6), f(6)).with("num_groups", 3).opset(21),
                of("LpNormalization", f(3, 7)), of("LpNormalization", f(3, 7)).with("p", 1).with("axis", 0), of("LRN", f(2, 7, 4, 4)).with("size", 3), of("LRN", f(1, 6, 3, 3)).with("size", 5).with("alpha", 0.1).with("beta", 0.5).with("bias", 2.0));
    }

    private static OnnxCase recurrent(String op, int gates, int directions, int states) {
        OnnxCase.Input[] in = {f(5, 2, 3), f(directions, gates * 4, 3).stored(), between(-1, 1, directions, gates * 4, 4).stored(), f(directions, 2 * gates * 4).stored(), null,
            f(directions, 2, 4), f(directions, 2, 4)};
        OnnxCase row = of(op, Arrays.copyOf(in, 5 + states)).with("hidden_size", 4).with("direction", directions == 2 ? "bidirectional" : "forward");
        return states == 2 ? row.to(FLOAT, FLOAT, FLOAT) : row.to(FLOAT, FLOAT);
    }

    /** A running mean of two sequences, whose body reads a value from around it. */
    private static Schema.Graph meanBody() {
        List<Schema.Node> nodes = List.of(
                new Schema.Node(List.of("a", "b"), List.of("ab"), "", "Add", List.of(), ""),
                new Schema.Node(List.of("ab", "x0"), List.of("p"), "", "Mul", List.of(), ""),
                new Schema.Node(List.of("state", "p"), List.of("next"), "", "Add", List.of(), ""),
                new Schema.Node(List.of("next"), List.of("out"), "", "Tanh", List.of(), ""));
        List<Schema.ValueInfo> in = Stream.of("state", "a", "b").map(n -> Schema.value(n, 1, List.of(2, 3))).toList();
        List<Schema.ValueInfo> out = Stream.of("next", "out").map(n -> Schema.value(n, 1, List.of(2, 3))).toList();
        return new Schema.Graph(nodes, "body", List.of(), in, out, List.of());
    }

    private static OnnxCase scan() {
        return of("Scan", f(2, 3), f(5, 2, 3), between(-1, 1, 5, 2, 3)).with("body", meanBody()).with("num_scan_inputs", 2).to(FLOAT, FLOAT);
    }

    static Stream<OnnxCase> layers() {
        return Stream.of(
                scan(), scan().with("scan_input_directions", new long[] {1, 1}), scan().with("scan_output_directions", new long[] {1}),
                recurrent("LSTM", 4, 1, 2), recurrent("LSTM", 4, 2, 2), recurrent("LSTM", 4, 1, 2).with("direction", "reverse"), of("LSTM", f(5, 2, 3), f(1, 16, 3), f(1, 16, 4)).with("hidden_size", 4),
                of("LSTM", f(4, 2, 3), f(1, 16, 3), f(1, 16, 4), f(1, 32), null, null, null, f(1, 12)).with("hidden_size", 4),
                recurrent("GRU", 3, 1, 1), recurrent("GRU", 3, 2, 1), recurrent("GRU", 3, 1, 1).with("linear_before_reset", 1), of("GRU", f(5, 2, 3), f(1, 12, 3), f(1, 12, 4)).with("hidden_size", 4),
                recurrent("RNN", 1, 1, 1), recurrent("RNN", 1, 2, 1).with("activations", List.of("Tanh", "Relu")));
    }

    private static Stream<OnnxCase> all() {
        return Stream.of(pointwise(), arithmetic(), reductions(), layout(), indices(), products(), images(), norms(), layers()).flatMap(s -> s);
    }

    @TestFactory
    Stream<DynamicTest> agreesWithOnnxruntime() {
        Compiler compiler = new Compiler(Backend.SIMD, 1);
        return all().map(row -> dynamicTest(row.toString(), () -> check(compiler, row))).onClose(compiler::close);
    }

    private static void check(Compiler compiler, OnnxCase row) throws Exception {
        ModelBuilder model = row.model();
        List<Sample> expected = Ort.run(model.bytes(), row.data());
        Map<String, Sample> results = Run.once(compiler, model.read().graph(Map.of()), row.data());
        for (int i = 0; i < expected.size(); i++) {
            Sample actual = results.get("y" + i);
            assertThat(actual.dims()).as("shape of result %d", i).isEqualTo(expected.get(i).dims());
            assertThat(Run.difference(actual, expected.get(i)))
                    .as("result %d: %s instead of %s", i, Arrays.toString(actual.values()), Arrays.toString(expected.get(i).values()))
                    .isLessThan(1e-4);
        }
    }

    @Test
    void everyOperatorHasARow() {
        List<String> rows = all().map(OnnxCase::operator).distinct().sorted().toList();
        assertThat(rows).containsExactlyElementsOf(Operators.ALL.keySet());
        assertThat(Operators.ALL).hasSizeGreaterThan(60);
    }
}
