package dev.gatun.graph.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.TestPrograms;
import dev.gatun.graph.ops.Dropout;
import dev.gatun.graph.ops.Pad;
import dev.gatun.graph.ops.RandomUniform;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphTextTest {
    @Test
    void aTrainingGraphIsReadBackAsItWas() {
        Graph traced = TestPrograms.transformer(2, 2, 8, 16, 11);
        Graph expanded = Pipeline.standard(op -> false, true).run(traced);
        assertThat(GraphText.parse(traced.toString())).isEqualTo(traced);
        assertThat(GraphText.parse(expanded.toString())).isEqualTo(expanded);
    }

    @Test
    void attributesOfEveryKindAreReadBack() {
        Graph g = Tracer.trace("attributes", t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, 2, 3, 4));
            Tensor seed = t.state("seed", TensorType.of(DType.I32, 2));
            Tensor y = x.transpose(2, 0, 1).apply(new Pad(1, 1, 2)).apply(new Reduce(Reduce.Kind.MAX, List.of(0, 2)));
            t.output("y", y.add(-1.5e-7));
            t.output("flag", x.less(x.zero()).cast(DType.BF16));
            t.output("u", seed.apply(new RandomUniform(Shape.SCALAR, 3)));
            t.output("dropped", x.apply(new Dropout(0.25, 4), seed));
            t.update("seed", seed.add(Tensor.full(DType.I32, Shape.of(2), 1)));
        });
        assertThat(GraphText.parse(g.toString())).isEqualTo(g);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "nothing | line 1: expected 'graph NAME'",
        "graph g;data %0 x f32[2];what | line 3: expected an input, a node or an output",
        "graph g;data %0 x f32[2];%1 = Fly(%0) : f32[2] @ A | line 3: unknown op Fly",
        "graph g;data %0 x f32[2];%1 = Neg(%7) : f32[2] @ A | line 3: %7 is not defined",
        "graph g;data %0 x f64[2] | line 2: no element type: f64",
        "graph g;data %0 x f32[0] | line 2: a dimension must be at least 1",
        "graph g;data %0 x f32[2];%1 = Slice[axis=0, from=0](%0) : f32[2] @ A | line 3: Slice has 3 attributes",
        "graph g;data %0 x f32[2];%1 = Neg(%0) : f32[3] @ A | after parsing: [%1] = Neg[] (A): result types are not [f32[2]]",
        "graph g;data %0 x f32[2];%0 = Neg(%0) : f32[2] @ A | is assigned twice",
        "graph g;data %0 x f32[2];update %0 x | update of x, which is no state",
    })
    void whatIsNoGraphIsRefusedWithItsLine(String text, String message) {
        assertThatThrownBy(() -> GraphText.parse(text.replace(';', '\n')))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining(message);
    }
}
