package dev.gatun.models.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.llama.LlamaConfig;
import dev.gatun.models.rnn.Lstm;
import dev.gatun.models.rnn.LstmConfig;
import dev.gatun.runtime.reference.Interpreter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every language model, whatever it is made of; computed in double by the reference backend. */
class LanguageModelTest {
    private static final int BATCH = 2;
    private static final int TIME = 5;
    private static final int VOCABULARY = 7;
    private static final double STEP = 1e-5;

    static List<Named<LanguageModel>> models() {
        return List.of(
                Named.of("gpt", Gpt.of(new GptConfig(VOCABULARY, TIME, 2, 2, 8, GptConfig.Positions.LEARNED, 0))),
                Named.of("gpt, rotary", Gpt.of(new GptConfig(VOCABULARY, TIME, 2, 2, 8, GptConfig.Positions.ROTARY, 0))),
                Named.of("llama", Llama.of(new LlamaConfig(VOCABULARY, TIME, 2, 4, 2, 8, 6, 10, 1e-5, 500_000, false))),
                Named.of("llama, tied", Llama.of(new LlamaConfig(VOCABULARY, TIME, 2, 4, 2, 8, 6, 10, 1e-5, 500_000, true))),
                Named.of("lstm", Lstm.of(new LstmConfig(VOCABULARY, TIME, 2, 6, 4, 0))));
    }

    private static Interpreter loss(LanguageModel model, ParameterTree tree, boolean gradients) {
        Graph graph = Tracer.trace("loss", t -> tree.bind(t, parameters -> {
            TensorType type = TensorType.of(DType.I32, BATCH, TIME);
            Tensor loss = model.loss(t.data("tokens", type), t.data("targets", type));
            t.output("loss", loss);
            List<Tensor> g = gradients ? Grad.of(loss, parameters) : List.of();
            for (int i = 0; i < g.size(); i++) t.output("d." + tree.entries().get(i).name(), g.get(i));
            return loss;
        }));
        return new Interpreter(graph, true);
    }

    /** Weights an order larger than at the start of training, so that every path of the gradient matters. */
    private static Map<String, double[]> weights(ParameterTree tree) {
        Map<String, double[]> in = new HashMap<>();
        for (ParameterTree.Entry e : tree.entries()) {
            double[] x = new double[(int) e.parameter().type().elements()];
            for (int i = 0; i < x.length; i++) x[i] = (e.name().contains("orm.weight") ? 1 : 0) + 0.3 * Philox.normal(1, 2, e.name().hashCode(), i);
            in.put(e.name(), x);
        }
        return in;
    }

    private static Map<String, double[]> withText(Map<String, double[]> in) {
        in.put("tokens", new double[] {1, 4, 0, 3, 6, 2, 5, 1, 4, 0});
        in.put("targets", new double[] {2, 0, 5, 3, 1, 6, 4, 2, 0, 5});
        return in;
    }

    /** Every parameter, at up to five elements each. */
    @ParameterizedTest
    @MethodSource("models")
    void gradientsAgreeWithFiniteDifferences(LanguageModel model) {
        ParameterTree tree = ParameterTree.of((Record) model);
        Map<String, double[]> in = withText(weights(tree));
        Map<String, double[]> gradients = loss(model, tree, true).run(in);
        Interpreter loss = loss(model, tree, false);
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

    @ParameterizedTest
    @MethodSource("models")
    void theFirstLossIsThatOfAnEvenGuess(LanguageModel model) {
        ParameterTree tree = ParameterTree.of((Record) model);
        Map<String, double[]> in = withText(weights(tree));
        for (ParameterTree.Entry e : tree.entries()) {
            double[] x = in.get(e.name());
            for (int i = 0; i < x.length; i++) x[i] = e.parameter().initializer().at(3, e.name().hashCode(), i);
        }
        double first = loss(model, tree, false).run(in).get("loss")[0];
        assertThat(first).isBetween(Math.log(VOCABULARY) - 0.05, Math.log(VOCABULARY) + 0.05);
    }

    @ParameterizedTest
    @MethodSource("models")
    void theNextTokensScoresAreTheRowOfTheLogitsAndSeeNothingBehindIt(LanguageModel model) {
        ParameterTree tree = ParameterTree.of((Record) model);
        Interpreter both = new Interpreter(Tracer.trace("both", t -> tree.bind(t, p -> {
            Tensor ids = t.data("ids", TensorType.of(DType.I32, 1, TIME));
            t.output("all", model.logits(ids));
            t.output("next", model.next(ids, t.data("position", TensorType.of(DType.I32, 1))));
            return ids;
        })), true);
        Map<String, double[]> in = weights(tree);
        in.put("position", new double[] {2});
        in.put("ids", new double[] {1, 2, 3, 4, 5});
        Map<String, double[]> first = both.run(in);
        double[] row = Arrays.copyOfRange(first.get("all"), 2 * VOCABULARY, 3 * VOCABULARY);
        assertThat(first.get("next")).isEqualTo(row);
        in.put("ids", new double[] {1, 2, 3, 0, 6});
        assertThat(both.run(in).get("next")).isEqualTo(row);
        in.put("ids", new double[] {2, 1, 3, 4, 5});
        assertThat(both.run(in).get("next")).as("the order of what was read matters").isNotEqualTo(row);
    }
}
