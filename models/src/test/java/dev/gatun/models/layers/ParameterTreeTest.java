package dev.gatun.models.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ParameterTreeTest {
    record Settings(int n) {}

    record Shared(Parameter a, List<Parameter> b, Settings settings) {}

    private static List<String> names(Record model) {
        return ParameterTree.of(model).entries().stream().map(ParameterTree.Entry::name).toList();
    }

    @Test
    void dropoutOfAPerceptronIsFound() {
        for (double rate : new double[] {0, 0.5}) {
            var model = dev.gatun.models.mlp.Perceptron.of(new dev.gatun.models.mlp.PerceptronConfig(3, List.of(4, 5), 2, rate));
            assertThat(ParameterTree.of(model).drops()).isEqualTo(rate > 0);
        }
    }

    @Test
    void namesArePathsOfRecordComponents() {
        Gpt gpt = Gpt.of(GptConfig.of(11, 8, 2, 2, 4));
        assertThat(names(gpt)).hasSize(2 + 2 * 12 + 2).startsWith(
                "tokens.weight",
                "positions.weight",
                "layers.0.attentionNorm.weight",
                "layers.0.attentionNorm.bias",
                "layers.0.attention.qkv.weight",
                "layers.0.attention.qkv.bias",
                "layers.0.attention.projection.weight",
                "layers.0.attention.projection.bias",
                "layers.0.mlpNorm.weight",
                "layers.0.mlpNorm.bias",
                "layers.0.mlp.up.weight",
                "layers.0.mlp.up.bias",
                "layers.0.mlp.down.weight",
                "layers.0.mlp.down.bias",
                "layers.1.attentionNorm.weight")
                .endsWith("norm.weight", "norm.bias");
        assertThat(names(Gpt.of(new GptConfig(11, 8, 1, 2, 4, GptConfig.Positions.ROTARY, 0)))).doesNotContain("positions.weight");
    }

    @Test
    void theSmallestGpt2HasItsKnownNumberOfParameters() {
        assertThat(ParameterTree.of(Gpt.of(GptConfig.of(50257, 1024, 12, 12, 768))).elements()).isEqualTo(124_439_808L);
    }

    @Test
    void aSharedParameterKeepsItsFirstName() {
        Parameter p = new Parameter(TensorType.of(DType.F32, 3), Initializer.ONES);
        assertThat(names(new Shared(p, List.of(p, new Parameter(p.type(), Initializer.ZEROS)), new Settings(1)))).containsExactly("a", "b.1");
        assertThatThrownBy(() -> ParameterTree.of(new Settings(1))).hasMessageContaining("no parameters");
    }

    @Test
    void aParameterOutsideItsModelSaysSo() {
        Parameter p = new Parameter(TensorType.of(DType.F32, 3), Initializer.ONES);
        assertThatThrownBy(p::tensor).isInstanceOf(IllegalStateException.class).hasMessageContaining("ParameterTree.bind");
        assertThatThrownBy(() -> new Parameter(TensorType.of(DType.I32, 3), Initializer.ONES)).hasMessageContaining("f32");
    }

    @Test
    void firstValuesDependOnSeedAndNameAndHaveTheirMoments() {
        float[] a = filled(new Initializer.Normal(0.5), 1, "x", 40_000);
        assertThat(filled(new Initializer.Normal(0.5), 1, "x", 40_000)).isEqualTo(a);
        assertThat(filled(new Initializer.Normal(0.5), 2, "x", 40_000)).isNotEqualTo(a);
        assertThat(filled(new Initializer.Normal(0.5), 1, "y", 40_000)).isNotEqualTo(a);
        double mean = IntStream.range(0, a.length).mapToDouble(i -> a[i]).average().orElseThrow();
        double square = IntStream.range(0, a.length).mapToDouble(i -> a[i] * a[i]).average().orElseThrow();
        assertThat(mean).isBetween(-0.01, 0.01);
        assertThat(Math.sqrt(square)).isBetween(0.49, 0.51);
        float[] u = filled(new Initializer.Uniform(2), 1, "x", 10_000);
        assertThat(IntStream.range(0, u.length).mapToDouble(i -> u[i]).max().orElseThrow()).isBetween(1.99, 2.0);
        assertThat(IntStream.range(0, u.length).mapToDouble(i -> u[i]).min().orElseThrow()).isBetween(-2.0, -1.99);
        assertThat(filled(Initializer.ONES, 1, "x", 3)).containsExactly(1, 1, 1);
    }

    @Test
    void truncatedNormalNumbersStayWithinTwoDeviations() {
        float[] t = filled(new Initializer.TruncatedNormal(0.5), 1, "x", 40_000);
        assertThat(filled(new Initializer.TruncatedNormal(0.5), 1, "x", 40_000)).isEqualTo(t);
        assertThat(filled(new Initializer.TruncatedNormal(0.5), 2, "x", 40_000)).isNotEqualTo(t);
        double mean = IntStream.range(0, t.length).mapToDouble(i -> t[i]).average().orElseThrow();
        double square = IntStream.range(0, t.length).mapToDouble(i -> t[i] * t[i]).average().orElseThrow();
        double most = IntStream.range(0, t.length).mapToDouble(i -> Math.abs(t[i])).max().orElseThrow();
        assertThat(mean).isBetween(-0.01, 0.01);
        assertThat(Math.sqrt(square)).as("0.8796 deviations are left").isBetween(0.433, 0.447);
        assertThat(most).isBetween(0.99, 1.0);
    }

    @Test
    void variancesFollowTheFans() {
        Initializer.Fans dense = Initializer.Fans.of(Shape.of(30, 50));
        assertThat(dense).isEqualTo(new Initializer.Fans(30, 50));
        Initializer.Fans conv = Initializer.Fans.of(Shape.of(3, 5, 4, 24), 6); // 24 inputs in 6 groups
        assertThat(conv).isEqualTo(new Initializer.Fans(60, 60));
        assertThat(Initializer.Fans.of(Shape.of(3, 3, 8, 16))).isEqualTo(new Initializer.Fans(72, 144));
        assertThatThrownBy(() -> Initializer.Fans.of(Shape.of(3, 3, 1, 10), 4)).hasMessageContaining("groups 4 must divide");
        assertThatThrownBy(() -> Initializer.Fans.of(Shape.of(3))).hasMessageContaining("at least 2 dimensions");
        assertThat(deviation(Initializer.kaiming(conv.out()))).isBetween(0.98 * Math.sqrt(2 / 60.0), 1.02 * Math.sqrt(2 / 60.0));
        assertThat(deviation(Initializer.kaimingUniform(50))).isBetween(0.98 * 0.2, 1.02 * 0.2);
        assertThat(deviation(Initializer.xavier(30, 50))).isBetween(0.98 * Math.sqrt(2 / 80.0), 1.02 * Math.sqrt(2 / 80.0));
        assertThat(deviation(Initializer.xavierNormal(30, 50))).isBetween(0.98 * Math.sqrt(2 / 80.0), 1.02 * Math.sqrt(2 / 80.0));
    }

    private static double deviation(Initializer init) {
        float[] x = filled(init, 5, "w", 40_000);
        return Math.sqrt(IntStream.range(0, x.length).mapToDouble(i -> x[i] * x[i]).average().orElseThrow());
    }

    private static float[] filled(Initializer init, long seed, String name, int n) {
        MemorySegment s = MemorySegment.ofArray(new float[n]);
        init.fill(seed, name, s);
        return s.toArray(ValueLayout.JAVA_FLOAT);
    }

    @Test
    void blocksLargerThanTheFillBufferContinueTheStream() {
        int n = (1 << 18) + 5;
        float[] all = filled(new Initializer.Uniform(1), 3, "w", n);
        Initializer u = new Initializer.Uniform(1);
        assertThat(all[n - 1]).isEqualTo(u.at(3, "w".hashCode(), n - 1));
        assertThat(all[0]).isEqualTo(u.at(3, "w".hashCode(), 0));
    }
}
