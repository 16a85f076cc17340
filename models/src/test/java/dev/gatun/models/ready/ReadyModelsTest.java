package dev.gatun.models.ready;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadyModelsTest {
    @ParameterizedTest
    @CsvSource({"gpt, gpt-baby", "llama, llama-small", "lstm, lstm-small", "lenet, lenet5", "lenet5-b64, lenet5", "resnet18-cifar-b64, resnet18-cifar", "vgg, vgg-small", "vit, vit-small"})
    void aModelHasTheNameThatItIsTrainedBy(String alias, String name) throws IOException {
        ReadyModel model = ReadyModels.standard().open(alias, 2);
        assertThat(model.name()).isEqualTo(name);
        String first = model.functions().keySet().iterator().next();
        assertThat(model.graph(first)).hasToString(ReadyModels.standard().open(name, 2).graph(first).toString());
    }

    @Test
    void everyNameOpens() throws IOException {
        for (String name : new NamedModels().names()) assertThat(new NamedModels().open(name, 1)).as(name).isPresent();
    }

    @Test
    void aMistypedNameIsGuessed() {
        assertThatThrownBy(() -> ReadyModels.standard().open("lenet6", 0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no model 'lenet6'; did you mean lenet or lenet5? Give one of gpt-baby").hasMessageContaining("run folder");
        assertThatThrownBy(() -> ReadyModels.standard().open("nothing-like-that", 0)).hasMessageStartingWith("no model 'nothing-like-that': give one of gpt-baby");
        assertThat(Closest.to("ab", List.of("ba", "abc", "xyz", "b"))).containsExactly("abc", "b", "ba");
        assertThat(Closest.question("ab", List.of("xyz"))).isEmpty();
        assertThat(Closest.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(Closest.distance("", "abc")).isEqualTo(3);
    }
}
