package dev.gatun.models.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.layers.ParameterTree;
import org.junit.jupiter.api.Test;

class GptTest {
    @Test
    void sizesThatDoNotFitAreNamed() {
        assertThatThrownBy(() -> GptConfig.of(10, 8, 1, 3, 128)).hasMessageContaining("heads must divide width").hasMessageContaining("try width 129");
        assertThatThrownBy(() -> GptConfig.of(10, 0, 1, 1, 8)).hasMessageContaining("context");
        assertThatThrownBy(() -> new GptConfig(10, 8, 1, 2, 6, GptConfig.Positions.ROTARY, 0)).hasMessageContaining("even width per head");
        assertThatThrownBy(() -> new GptConfig(10, 8, 1, 2, 8, GptConfig.Positions.LEARNED, 1)).hasMessageContaining("dropout");
        assertThatThrownBy(() -> GptPreset.of("tiny")).hasMessageContaining("baby, nano, 124m");
        assertThat(GptPreset.of("NANO").config(512).width()).isEqualTo(384);
    }

    @Test
    void everyNodeNamesTheLinesThatLedToIt() {
        Gpt gpt = Gpt.of(GptConfig.of(7, 5, 2, 2, 4));
        TensorType ids = TensorType.of(DType.I32, 2, 5);
        Graph g = Tracer.trace("loss", t -> ParameterTree.of(gpt).bind(t, parameters -> {
            Tensor loss = gpt.loss(t.data("tokens", ids), t.data("targets", ids));
            t.output("gradient", Grad.of(loss, parameters).getFirst());
            return loss;
        }));
        assertThat(g.nodes()).extracting(n -> n.op().name() + " " + n.source())
                .anySatisfy(s -> assertThat(s).matches("MatMul Gpt.java:\\d+ > Block.java:\\d+ > Attention.java:\\d+( > Linear.java:\\d+)?"))
                .anySatisfy(s -> assertThat(s).matches("Gelu Gpt.java:\\d+ > Block.java:\\d+"))
                .anySatisfy(s -> assertThat(s).matches("LayerNorm Gpt.java:\\d+"))
                .allSatisfy(s -> assertThat(s).matches("\\w+ [A-Z]\\w+.java:\\d+( > \\w+.java:\\d+)*"));
    }
}
