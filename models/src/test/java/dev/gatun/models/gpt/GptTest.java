package dev.gatun.models.gpt;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GptTest {
    private static final int BATCH = 2;
    private static final int TIME = 5;
    private static final int VOCABULARY = 7;
    private static final double STEP = 1e-5;

    private static Graph lossGraph(Gpt gpt, ParameterTree tree, boolean gradients) {
        return Tracer.trace("loss", t -> tree.bind(t, parameters -> {
            TensorType type = TensorType.of(DType.I32, BATCH, TIME);
            Tensor loss = gpt.loss(t.data("tokens", type), t.data("targets", type));
            t.output("loss", loss);
            List<Tensor> g = gradients ? Grad.of(loss, parameters) : List.of();
            for (int i = 0; i < g.size(); i++) t.output("d." + tree.entries().get(i).name(), g.get(i));
            return loss;
        }));
    }

    /** Weights an order larger than at the start of training, so that every path of the gradient matters. */
    private static Map<String, double[]> inputs(ParameterTree tree) {
        Map<String, double[]> in = new HashMap<>();
        for (ParameterTree.Entry e : tree.entries()) {
            double[] x = new double[(int) e.parameter().type().elements()];
            for (int i = 0; i < x.length; i++) x[i] = (e.name().contains("orm.weight") ? 1 : 0) + 0.3 * Philox.normal(1, 2, e.name().hashCode(), i);
            in.put(e.name(), x);
        }
        double[] tokens = new double[BATCH * TIME];
        double[] targets = new double[BATCH * TIME];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (3 * i + 1) % VOCABULARY;
            targets[i] = (5 * i + 2) % VOCABULARY;
        }
        in.put("tokens", tokens);
        in.put("targets", targets);
        return in;
    }

    /** Every parameter of a whole model of two layers, at up to five elements each. */
    @ParameterizedTest
    @EnumSource
    void gradientsAgreeWithFiniteDifferences(GptConfig.Positions positions) {
        Gpt gpt = Gpt.of(new GptConfig(VOCABULARY, TIME, 2, 2, 8, positions, 0));
        ParameterTree tree = ParameterTree.of(gpt);
        Map<String, double[]> in = inputs(tree);
        Map<String, double[]> gradients = new Interpreter(lossGraph(gpt, tree, true), true).run(in);
        Interpreter loss = new Interpreter(lossGraph(gpt, tree, false), true);
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
                assertThat(g[i]).as(e.name() + "[" + i + "]").satisfies(v ->
                        assertThat(Math.abs(v - expected)).isLessThan(1e-7 + 1e-5 * Math.abs(expected)));
            }
        }
    }

    @Test
    void theFirstLossIsThatOfAnEvenGuess() {
        Gpt gpt = Gpt.of(GptConfig.of(VOCABULARY, TIME, 2, 2, 8));
        ParameterTree tree = ParameterTree.of(gpt);
        Map<String, double[]> in = inputs(tree);
        for (ParameterTree.Entry e : tree.entries()) {
            double[] x = in.get(e.name());
            for (int i = 0; i < x.length; i++) x[i] = e.parameter().initializer().at(3, e.name().hashCode(), i);
        }
        double loss = new Interpreter(lossGraph(gpt, tree, false), true).run(in).get("loss")[0];
        assertThat(loss).isBetween(Math.log(VOCABULARY) - 0.05, Math.log(VOCABULARY) + 0.05);
    }

    @Test
    void theNextTokensScoresAreTheRowOfTheLogitsAndSeeNothingBehindIt() {
        Gpt gpt = Gpt.of(GptConfig.of(VOCABULARY, TIME, 1, 2, 8));
        ParameterTree tree = ParameterTree.of(gpt);
        Graph graph = Tracer.trace("both", t -> tree.bind(t, p -> {
            Tensor ids = t.data("ids", TensorType.of(DType.I32, 1, TIME));
            t.output("all", gpt.logits(ids));
            t.output("next", gpt.next(ids, t.data("position", TensorType.of(DType.I32, 1))));
            return ids;
        }));
        Map<String, double[]> in = inputs(tree);
        in.remove("targets");
        in.remove("tokens");
        in.put("ids", new double[] {1, 2, 3, 4, 5});
        in.put("position", new double[] {2});
        var first = new Interpreter(graph, true).run(in);
        in.put("ids", new double[] {1, 2, 3, 0, 6});
        var second = new Interpreter(graph, true).run(in);
        double[] row = java.util.Arrays.copyOfRange(first.get("all"), 2 * VOCABULARY, 3 * VOCABULARY);
        assertThat(first.get("next")).isEqualTo(row);
        assertThat(second.get("next")).isEqualTo(row);
    }

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
        Gpt gpt = Gpt.of(GptConfig.of(VOCABULARY, TIME, 2, 2, 4));
        Graph g = lossGraph(gpt, ParameterTree.of(gpt), true);
        assertThat(g.nodes()).extracting(n -> n.op().name() + " " + n.source())
                .anySatisfy(s -> assertThat(s).matches("MatMul Gpt.java:\\d+ > Block.java:\\d+ > Attention.java:\\d+( > Linear.java:\\d+)?"))
                .anySatisfy(s -> assertThat(s).matches("Gelu Gpt.java:\\d+ > Block.java:\\d+"))
                .anySatisfy(s -> assertThat(s).matches("LayerNorm Gpt.java:\\d+"))
                .allSatisfy(s -> assertThat(s).matches("\\w+ [A-Z]\\w+.java:\\d+( > \\w+.java:\\d+)*"));
    }
}
