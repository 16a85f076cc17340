package dev.gatun.models.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.layers.ParameterTree;
import java.util.List;
import org.junit.jupiter.api.Test;

class LlamaTest {
    @Test
    void parametersAreNamedByTheirPlace() {
        Llama untied = Llama.of(new LlamaConfig(7, 5, 2, 4, 2, 8, 6, 10, 1e-5, 500_000, false));
        List<String> names = ParameterTree.of(untied).entries().stream().map(ParameterTree.Entry::name).toList();
        assertThat(names).hasSize(1 + 2 * 9 + 2).contains("tokens.weight", "layers.1.attention.key.weight", "layers.0.mlp.gate.weight",
                "layers.0.attentionNorm.weight", "norm.weight", "output.weight");
    }

    @Test
    void sizesThatDoNotFitAreNamed() {
        assertThatThrownBy(() -> LlamaConfig.of(10, 8, 1, 4, 3, 32)).hasMessageContaining("key heads must divide heads");
        assertThatThrownBy(() -> LlamaConfig.of(10, 8, 1, 3, 1, 32)).hasMessageContaining("heads must divide width");
        assertThatThrownBy(() -> LlamaConfig.of(10, 8, 1, 2, 1, 6)).hasMessageContaining("even width per head");
        assertThatThrownBy(() -> new LlamaConfig(10, 8, 1, 1, 1, 8, 8, 8, 0, 10_000, true)).hasMessageContaining("epsilon");
        assertThatThrownBy(() -> new LlamaConfig(10, 8, 1, 1, 1, 8, 8, 8, 1e-5, 1, true)).hasMessageContaining("rotary base");
    }
}
