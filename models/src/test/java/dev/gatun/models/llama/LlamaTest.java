package dev.gatun.models.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.runtime.reference.Interpreter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LlamaTest {
    private static final int BATCH = 2;
    private static final int TIME = 5;
    private static final int VOCABULARY = 7;
    private static final double STEP = 1e-5;

    private static LlamaConfig config(boolean tied) {
        return new LlamaConfig(VOCABULARY, TIME, 2, 4, 2, 8, 6, 10, 1e-5, 500_000, tied);
    }

    private static Graph lossGraph(Llama model, ParameterTree tree, boolean gradients) {
        return Tracer.trace("loss", t -> tree.bind(t, parameters -> {
            TensorType type = TensorType.of(DType.I32, BATCH, TIME);
            Tensor loss = model.loss(t.data("tokens", type), t.data("targets", type));
            t.output("loss", loss);
            List<Tensor> g = gradients ? Grad.of(loss, parameters) : List.of();
            for (int i = 0; i < g.size(); i++) t.output("d." + tree.entries().get(i).name(), g.get(i));
            return loss;
        }));
    }

    private static Map<String, double[]> weights(ParameterTree tree) {
        Map<String, double[]> in = new HashMap<>();
        for (ParameterTree.Entry e : tree.entries()) {
            double[] x = new double[(int) e.parameter().type().elements()];
            for (int i = 0; i < x.length; i++) x[i] = (e.name().contains("orm.weight") ? 1 : 0) + 0.3 * Philox.normal(1, 2, e.name().hashCode(), i);
            in.put(e.name(), x);
        }
        return in;
    }

    /** Every parameter of a whole model of two layers, at up to five elements each. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void gradientsAgreeWithFiniteDifferences(boolean tied) {
        Llama model = Llama.of(config(tied));
        ParameterTree tree = ParameterTree.of(model);
        Map<String, double[]> in = weights(tree);
        in.put("tokens", new double[] {1, 4, 0, 3, 6, 2, 5, 1, 4, 0});
        in.put("targets", new double[] {2, 0, 5, 3, 1, 6, 4, 2, 0, 5});
        Map<String, double[]> gradients = new Interpreter(lossGraph(model, tree, true), true).run(in);
        Interpreter loss = new Interpreter(lossGraph(model, tree, false), true);
        for (ParameterTree.Entry e : tree.entries()) {
            double[] x = in.get(e.name());
            double[] g = gradients.get("d." + e.name());
            for (int i = 0; i < x.length; i += Math.max(1, x.length / 5)) {
                double kept = x[i];
                x[i] = kept + STEP;
                double up = loss.run(in).get("loss")[0];
                x[i] = kept - STEP;
                double down = loss.run(in).get("loss")[0];
                x[i] = kept;
                double expected = (up - down) / (2 * STEP);
                assertThat(Math.abs(g[i] - expected)).as(e.name() + "[" + i + "]").isLessThan(1e-7 + 1e-5 * Math.abs(expected));
            }
        }
    }

    @Test
    void theNextTokensScoresAreTheRowOfTheLogitsAndSeeNothingBehindIt() {
        Llama model = Llama.of(config(false));
        ParameterTree tree = ParameterTree.of(model);
        Graph graph = Tracer.trace("both", t -> tree.bind(t, p -> {
            Tensor ids = t.data("ids", TensorType.of(DType.I32, 1, TIME));
            t.output("all", model.logits(ids));
            t.output("next", model.next(ids, t.data("position", TensorType.of(DType.I32, 1))));
            return ids;
        }));
        Map<String, double[]> in = weights(tree);
        in.put("position", new double[] {2});
        in.put("ids", new double[] {1, 2, 3, 4, 5});
        Map<String, double[]> first = new Interpreter(graph, true).run(in);
        in.put("ids", new double[] {1, 2, 3, 0, 6});
        Map<String, double[]> second = new Interpreter(graph, true).run(in);
        double[] row = Arrays.copyOfRange(first.get("all"), 2 * VOCABULARY, 3 * VOCABULARY);
        assertThat(first.get("next")).isEqualTo(row);
        assertThat(second.get("next")).isEqualTo(row);
        in.put("ids", new double[] {2, 1, 3, 4, 5});
        assertThat(new Interpreter(graph, true).run(in).get("next")).isNotEqualTo(row); // positions matter
    }

    @Test
    void parametersAreNamedByTheirPlace() {
        List<String> names = ParameterTree.of(Llama.of(config(false))).entries().stream().map(ParameterTree.Entry::name).toList();
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
