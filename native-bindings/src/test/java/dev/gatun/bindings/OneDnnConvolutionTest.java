package dev.gatun.bindings;

import static dev.gatun.bindings.OneDnnConvolution.Pass.BACKWARD_DATA;
import static dev.gatun.bindings.OneDnnConvolution.Pass.BACKWARD_WEIGHTS;
import static dev.gatun.bindings.OneDnnConvolution.Pass.FORWARD;
import static dev.gatun.bindings.OneDnnTensor.channelsLast;
import static dev.gatun.bindings.OneDnnTensor.rowMajor;
import static dev.gatun.bindings.OneDnnType.BF16;
import static dev.gatun.bindings.OneDnnType.F32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.bindings.OneDnnConvolution.Pass;
import dev.gatun.bindings.OneDnnConvolution.Slot;
import dev.gatun.bindings.OneDnnConvolution.Spec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class OneDnnConvolutionTest {
    private static OneDnn oneDnn;

    /** Sizes of a convolution of images; the result's follow. */
    record Sizes(long n, long c, long o, long groups, long h, long w, long kernel, long stride, long padding,
            long dilation) {
        long out(long in) {
            return (in + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
        }
    }

    @BeforeAll
    static void open() {
        oneDnn = Tensors.open(2);
    }

    @AfterAll
    static void close() {
        oneDnn.close();
    }

    static Stream<Arguments> cases() {
        List<Sizes> sizes = List.of(
                new Sizes(2, 3, 17, 1, 9, 11, 3, 1, 1, 1),
                new Sizes(1, 16, 32, 1, 8, 8, 3, 2, 1, 1),
                new Sizes(2, 5, 7, 1, 13, 10, 3, 1, 2, 2),
                new Sizes(1, 1, 6, 1, 12, 12, 5, 1, 0, 1),
                new Sizes(3, 15, 33, 1, 5, 5, 1, 1, 0, 1),
                new Sizes(2, 8, 12, 4, 7, 7, 3, 1, 1, 1),
                new Sizes(1, 16, 16, 16, 9, 9, 3, 2, 1, 1));
        List<Arguments> rows = new ArrayList<>();
        for (Pass pass : Pass.values()) {
            for (OneDnnType type : List.of(F32, BF16)) {
                for (boolean last : new boolean[] {false, true}) {
                    sizes.forEach(s -> rows.add(Arguments.of(pass, type, last ? "nhwc" : "nchw", s)));
                }
            }
        }
        return rows.stream();
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @MethodSource("cases")
    void agreesWithPlainLoops(Pass pass, OneDnnType type, String layout, Sizes s) {
        Spec spec = spec(pass, type, layout, s);
        check(pass == BACKWARD_DATA ? spec : spec.withBias(rowMajor(F32, s.o())), s);
    }

    @Test
    void chosenLayoutsAreReachedByReorders() {
        Sizes s = new Sizes(2, 17, 33, 1, 9, 9, 3, 1, 1, 1);
        Spec plain = spec(FORWARD, F32, "nhwc", s);
        Spec open = Spec.of(FORWARD, OneDnnTensor.any(F32, 2, 17, 9, 9), OneDnnTensor.any(F32, 33, 17, 3, 3),
                OneDnnTensor.any(F32, 2, 33, 9, 9), 1, 1);
        try (OneDnnConvolution reference = oneDnn.convolution(plain);
                OneDnnConvolution chosen = oneDnn.convolution(open);
                OneDnnReorder source = chosen.reorderInto(Slot.SOURCE, plain.source());
                OneDnnReorder weights = chosen.reorderInto(Slot.WEIGHTS, plain.weights());
                OneDnnReorder result = chosen.reorderFrom(Slot.RESULT, plain.result());
                Arena arena = Arena.ofConfined()) {
            assertThat(chosen.needsReorder(Slot.WEIGHTS, plain.weights())).isTrue();
            assertThat(reference.needsReorder(Slot.WEIGHTS, plain.weights())).isFalse();
            MemorySegment x = Tensors.random(arena, plain.source(), 1);
            MemorySegment w = Tensors.random(arena, plain.weights(), 2);
            MemorySegment expected = Tensors.zeros(arena, plain.result());
            MemorySegment actual = Tensors.zeros(arena, plain.result());
            reference.execute(x, w, MemorySegment.NULL, List.of(), expected,
                    Tensors.scratchpad(arena, reference.scratchpadBytes()));
            MemorySegment packedX = arena.allocate(chosen.bytes(Slot.SOURCE), 64);
            MemorySegment packedW = arena.allocate(chosen.bytes(Slot.WEIGHTS), 64);
            MemorySegment packedY = arena.allocate(chosen.bytes(Slot.RESULT), 64);
            source.execute(x, packedX);
            weights.execute(w, packedW);
            chosen.execute(packedX, packedW, MemorySegment.NULL, List.of(), packedY,
                    Tensors.scratchpad(arena, chosen.scratchpadBytes()));
            result.execute(packedY, actual);
            long[] at = new long[4];
            do {
                assertThat(Tensors.get(actual, plain.result(), at))
                        .isCloseTo(Tensors.get(expected, plain.result(), at), within(1e-4f));
            } while (Tensors.next(at, plain.result()));
        }
    }

    @Test
    void postOpsFollowTheSum() {
        Sizes s = new Sizes(2, 16, 16, 1, 8, 8, 3, 1, 1, 1);
        OneDnnTensor result = channelsLast(F32, 2, 16, 8, 8);
        check(spec(FORWARD, F32, "nhwc", s).withBias(rowMajor(F32, 16))
                .withPostOps(OneDnnPostOp.add(result), OneDnnPostOp.relu()), s);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void severalPostOpsHaveOperands(OneDnnType type) {
        Sizes s = new Sizes(2, 16, 17, 1, 8, 8, 3, 1, 1, 1);
        OneDnnTensor channels = rowMajor(F32, 1, 17, 1, 1);
        Spec spec = spec(FORWARD, type, "nhwc", s).withPostOps(OneDnnPostOp.multiply(channels), OneDnnPostOp.add(channels),
                OneDnnPostOp.add(channelsLast(type, 2, 17, 8, 8)), OneDnnPostOp.relu());
        check(spec, s);
        try (OneDnnConvolution c = oneDnn.convolution(spec)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> c.execute(MemorySegment.NULL, MemorySegment.NULL, MemorySegment.NULL, List.of(),
                            MemorySegment.NULL, MemorySegment.NULL))
                    .withMessageContaining("3 operands of post-ops, given were 0");
        }
    }

    @Test
    void aRefusedShapeIsNamed() {
        assertThatThrownBy(() -> oneDnn.convolution(Spec.of(FORWARD, rowMajor(F32, 1, 3, 8, 8),
                rowMajor(F32, 4, 5, 3, 3), rowMajor(F32, 1, 4, 8, 8), 1, 1)))
                .isInstanceOf(OneDnnException.class)
                .hasMessage("convolution f32[1,3,8,8] * f32[4,5,3,3] -> f32[1,4,8,8] strides [1, 1] dilations [1, 1] "
                        + "padding [1, 1][1, 1]: invalid arguments (dnnl status 2)");
    }

    @Test
    void specsRejectWhatTheLibraryCouldMisread() {
        OneDnnTensor x = rowMajor(F32, 1, 3, 8, 8);
        OneDnnTensor w = rowMajor(F32, 4, 3, 3, 3);
        OneDnnTensor y = rowMajor(F32, 1, 4, 8, 8);
        assertThatIllegalArgumentException().isThrownBy(() -> Spec.of(FORWARD, x, rowMajor(F32, 4, 3), y, 1, 1))
                .withMessageContaining("ranks are");
        assertThatIllegalArgumentException().isThrownBy(() -> Spec.of(FORWARD, x, w, y, 0, 1))
                .withMessageContaining("at least 1");
        assertThatIllegalArgumentException().isThrownBy(() -> new Spec(FORWARD, x, w, Optional.empty(), y,
                        List.of(1L), List.of(1L, 1L), List.of(1L, 1L), List.of(1L, 1L), List.of(), OneDnnMath.F32))
                .withMessageContaining("2 spatial dims need as many values, not [1]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Spec.of(BACKWARD_DATA, x, w, y, 1, 1).withBias(rowMajor(F32, 4)))
                .withMessageContaining("has no bias");
        assertThatIllegalArgumentException().isThrownBy(() -> oneDnn.reorder(x, OneDnnTensor.any(F32, 1, 3, 8, 8)))
                .withMessageContaining("leaves its own open");
    }

    private static Spec spec(Pass pass, OneDnnType type, String layout, Sizes s) {
        OneDnnTensor weights = s.groups() == 1
                ? rowMajor(type, s.o(), s.c(), s.kernel(), s.kernel())
                : rowMajor(type, s.groups(), s.o() / s.groups(), s.c() / s.groups(), s.kernel(), s.kernel());
        long[] source = {s.n(), s.c(), s.h(), s.w()};
        long[] result = {s.n(), s.o(), s.out(s.h()), s.out(s.w())};
        boolean last = layout.equals("nhwc");
        return Spec.of(pass, last ? channelsLast(type, source) : rowMajor(type, source), weights,
                last ? channelsLast(type, result) : rowMajor(type, result), s.stride(), s.padding())
                .withDilation(s.dilation());
    }

    /** Walks all products of the convolution once, adding each to whatever the pass computes. */
    private static void check(Spec spec, Sizes s) {
        try (OneDnnConvolution convolution = oneDnn.convolution(spec); Arena arena = Arena.ofConfined()) {
            MemorySegment x = Tensors.random(arena, spec.source(), 1);
            MemorySegment w = Tensors.random(arena, spec.weights(), 2);
            MemorySegment y = Tensors.random(arena, spec.result(), 3);
            MemorySegment bias = spec.bias().map(t -> Tensors.random(arena, t, 4)).orElse(MemorySegment.NULL);
            List<MemorySegment> operands = new ArrayList<>();
            for (OneDnnPostOp postOp : spec.postOps()) {
                if (postOp instanceof OneDnnPostOp.Binary b) operands.add(Tensors.random(arena, b.operand(), 5 + operands.size()));
            }
            double[] expected = expected(spec, s, x, w, y);
            double[] expectedBias = new double[(int) s.o()];
            long[] at = new long[4];
            do {
                expectedBias[(int) at[1]] += Tensors.get(y, spec.result(), at);
            } while (Tensors.next(at, spec.result()));
            convolution.execute(x, w, bias, operands, y, Tensors.scratchpad(arena, convolution.scratchpadBytes()));
            OneDnnTensor written = switch (spec.pass()) {
                case FORWARD -> spec.result();
                case BACKWARD_DATA -> spec.source();
                case BACKWARD_WEIGHTS -> spec.weights();
            };
            MemorySegment data = spec.pass() == FORWARD ? y : spec.pass() == BACKWARD_DATA ? x : w;
            long terms = spec.pass() == BACKWARD_WEIGHTS ? s.n() * s.out(s.h()) * s.out(s.w())
                    : s.kernel() * s.kernel() * Math.max(s.c(), s.o());
            long[] index = new long[written.dims().size()];
            int i = 0;
            do {
                double value = expected[i++];
                if (spec.pass() == FORWARD && spec.bias().isPresent()) {
                    value += Tensors.get(bias, spec.bias().get(), index[1]);
                }
                value = followed(spec.postOps(), operands, value, index);
                assertThat((double) Tensors.get(data, written, index)).as("%s at %s", spec, index)
                        .isCloseTo(value, within(Tensors.tolerance(written, terms, value)));
            } while (Tensors.next(index, written));
            if (spec.pass() == BACKWARD_WEIGHTS) {
                for (int o = 0; o < s.o(); o++) {
                    assertThat((double) Tensors.get(bias, spec.bias().get(), o))
                            .isCloseTo(expectedBias[o], within(1e-3));
                }
            }
        }
    }

    private static double followed(List<OneDnnPostOp> postOps, List<MemorySegment> operands, double value, long[] index) {
        int operand = 0;
        for (OneDnnPostOp postOp : postOps) {
            if (!(postOp instanceof OneDnnPostOp.Binary b)) {
                value = Math.max(0, value);
                continue;
            }
            long[] at = index.clone();
            for (int d = 0; d < at.length; d++) at[d] = b.operand().dims().get(d) == 1 ? 0 : at[d];
            double x = Tensors.get(operands.get(operand++), b.operand(), at);
            value = b.combination() == OneDnnPostOp.Combination.ADD ? value + x : value * x;
        }
        return value;
    }

    /** The pass's output, in index order of its dims. */
    private static double[] expected(Spec spec, Sizes s, MemorySegment x, MemorySegment w, MemorySegment y) {
        long perGroupIn = s.c() / s.groups();
        long perGroupOut = s.o() / s.groups();
        long oh = s.out(s.h());
        long ow = s.out(s.w());
        double[] out = new double[Math.toIntExact(switch (spec.pass()) {
            case FORWARD -> s.n() * s.o() * oh * ow;
            case BACKWARD_DATA -> s.n() * s.c() * s.h() * s.w();
            case BACKWARD_WEIGHTS -> s.o() * perGroupIn * s.kernel() * s.kernel();
        })];
        long[] to = new long[4];
        do {
            for (long c = 0; c < perGroupIn; c++) {
                for (long kh = 0; kh < s.kernel(); kh++) {
                    for (long kw = 0; kw < s.kernel(); kw++) {
                        long h = to[2] * s.stride() - s.padding() + kh * s.dilation();
                        long v = to[3] * s.stride() - s.padding() + kw * s.dilation();
                        if (h < 0 || h >= s.h() || v < 0 || v >= s.w()) {
                            continue;
                        }
                        long group = to[1] / perGroupOut;
                        long[] from = {to[0], group * perGroupIn + c, h, v};
                        long[] in = s.groups() == 1 ? new long[] {to[1], c, kh, kw}
                                : new long[] {group, to[1] % perGroupOut, c, kh, kw};
                        int yi = (int) (((to[0] * s.o() + to[1]) * oh + to[2]) * ow + to[3]);
                        int xi = (int) (((from[0] * s.c() + from[1]) * s.h() + h) * s.w() + v);
                        int wi = (int) (((to[1] * perGroupIn + c) * s.kernel() + kh) * s.kernel() + kw);
                        switch (spec.pass()) {
                            case FORWARD -> out[yi] += (double) Tensors.get(x, spec.source(), from)
                                    * Tensors.get(w, spec.weights(), in);
                            case BACKWARD_DATA -> out[xi] += (double) Tensors.get(y, spec.result(), to)
                                    * Tensors.get(w, spec.weights(), in);
                            case BACKWARD_WEIGHTS -> out[wi] += (double) Tensors.get(x, spec.source(), from)
                                    * Tensors.get(y, spec.result(), to);
                        }
                    }
                }
            }
        } while (Tensors.next(to, spec.result()));
        return out;
    }
}
