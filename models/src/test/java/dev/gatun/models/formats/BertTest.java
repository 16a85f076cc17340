package dev.gatun.models.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.bert.Bert;
import dev.gatun.models.bert.BertConfig;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import dev.gatun.runtime.reference.Interpreter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BertTest {
    private static final String CONFIG = """
            {"architectures": ["BertForMaskedLM"], "model_type": "bert", "vocab_size": 19, "hidden_size": 24, "num_hidden_layers": 2,
             "num_attention_heads": 3, "intermediate_size": 40, "max_position_embeddings": 16, "type_vocab_size": 2, "hidden_act": "gelu",
             "layer_norm_eps": 1e-12, "position_embedding_type": "absolute", "pad_token_id": 0}
            """;
    private static final int TIME = 9;
    private static final int[][] IDS = {{2, 5, 7, 3, 11, 18, 3}, {2, 9, 9, 4, 1, 17, 16, 8, 3}};
    private static final int[][] SEGMENTS = {{0, 0, 0, 0, 1, 1, 1}, {0, 0, 0, 0, 0, 0, 0, 0, 0}};

    @TempDir
    Path dir;

    /** Two sequences, the first filled up with tokens that must not matter. */
    private static int[] filled(int[][] rows, int fill) {
        int[] all = new int[2 * TIME];
        for (int b = 0; b < 2; b++) {
            for (int t = 0; t < TIME; t++) all[b * TIME + t] = t < rows[b].length ? rows[b][t] : fill;
        }
        return all;
    }

    private static void check(Path folder, Weights w, double tolerance) throws IOException {
        TensorType type = TensorType.of(DType.I32, 2, TIME);
        try (ForeignModel m = ForeignModel.open(folder);
                Compiler compiler = new Compiler(Backend.SIMD, 1);
                Executable e = compiler.compile(Tracer.trace("bert", t -> m.parameters().bind(t, p -> {
                    Bert model = (Bert) m.model();
                    Tensor hidden = model.hidden(t.data("ids", type), t.data("segments", type), t.data("mask", type));
                    t.output("tokens", model.tokenScores(hidden));
                    t.output("classes", model.classScores(hidden));
                    return p;
                })))) {
            m.readWeights(e::state);
            e.write("bert", "ids", filled(IDS, 13));
            e.write("bert", "segments", filled(SEGMENTS, 1));
            e.write("bert", "mask", filled(new int[][] {{1, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 1}}, 0));
            e.run("bert");
            float[] tokens = new float[2 * TIME * 19];
            float[] classes = new float[6];
            e.read("bert", "tokens", tokens);
            e.read("bert", "classes", classes);
            for (int b = 0; b < 2; b++) {
                double[][] hidden = PlainEncoder.hidden(w, IDS[b], SEGMENTS[b], 3);
                int from = b * TIME * 19;
                Logits.close(java.util.Arrays.copyOfRange(tokens, from, from + IDS[b].length * 19), PlainEncoder.tokenScores(w, hidden), tolerance);
                Logits.close(java.util.Arrays.copyOfRange(classes, 3 * b, 3 * b + 3), PlainEncoder.classScores(w, hidden), tolerance);
            }
        }
    }

    @Test
    void aFolderGivesTheScoresOfPlainLoopsWithAndWithoutPadding() throws IOException {
        Weights w = Weights.bert(19, 16, 24, 2, 40);
        check(FolderWriter.folder(dir.resolve("a"), CONFIG, w, "F32"), w, 1e-4);
        Weights old = w.renamed(n -> n.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"));
        old.tensors.put("cls.seq_relationship.weight", new Weights.Tensor(new int[] {2, 24}, new float[48]));
        check(FolderWriter.sharded(dir.resolve("b"), CONFIG, old, "F32", 2), w, 1e-4);
    }

    @Test
    void whatIsExportedIsReadBack() throws IOException {
        Weights w = Weights.bert(19, 16, 24, 2, 40);
        Path out = dir.resolve("out");
        try (ForeignModel m = ForeignModel.open(FolderWriter.folder(dir.resolve("in"), CONFIG, w, "F32")); Arena arena = Arena.ofConfined()) {
            Map<String, MemorySegment> states = new HashMap<>();
            m.parameters().entries().forEach(e -> states.put(e.name(), arena.allocate(e.parameter().type().bytes(), 64)));
            m.readWeights(states::get);
            HuggingFaceExport.of(DType.F32).write(out, m.model(), states::get, Optional.empty());
        }
        check(out, w, 1e-4);
    }

    @Test
    void headsThatAreNotThereAreNotMissed() throws IOException {
        Weights w = Weights.bert(19, 16, 24, 2, 40);
        w.tensors.keySet().removeIf(n -> !n.startsWith("bert.") || n.contains("pooler"));
        Path bare = FolderWriter.folder(dir.resolve("bare"), CONFIG, w.renamed(n -> n.replace("bert.", "")), "F32");
        try (ForeignModel m = ForeignModel.open(bare)) {
            BertConfig c = ((Bert) m.model()).config();
            assertThat(c.pooler() || c.tokenHead() || c.classes() > 0).isFalse();
        }
        String[][] cases = {{"\"gelu\"", "\"gelu_new\"", "hidden_act"}, {"absolute", "relative_key", "position_embedding_type"},
            {"\"type_vocab_size\": 2", "\"is_decoder\": true", "is_decoder"}, {"\"num_attention_heads\": 3", "\"num_attention_heads\": 5", "heads must divide"}};
        for (String[] c : cases) {
            Path folder = FolderWriter.folder(dir.resolve(c[2]), CONFIG.replace(c[0], c[1]), w, "F32");
            assertThatThrownBy(() -> ForeignModel.open(folder)).isInstanceOf(CheckpointException.class).hasMessageContaining(c[2]);
        }
    }

    /** Every parameter of a small model with both heads, at up to four elements each. */
    @Test
    void gradientsAgreeWithFiniteDifferences() {
        Bert model = Bert.of(new BertConfig(7, 5, 2, 1, 2, 8, 12, 1e-5, true, true, 3));
        ParameterTree tree = ParameterTree.of(model);
        Map<String, double[]> in = new HashMap<>();
        Random random = new Random(4);
        for (ParameterTree.Entry e : tree.entries()) {
            double shift = e.name().contains("orm.weight") ? 1 : 0;
            in.put(e.name(), random.doubles(e.parameter().type().elements()).map(x -> shift + x - 0.5).toArray());
        }
        in.put("ids", new double[] {1, 4, 0, 3, 6, 2, 5, 1, 4, 0});
        in.put("segments", new double[] {0, 0, 1, 1, 1, 0, 0, 0, 1, 0});
        in.put("mask", new double[] {1, 1, 1, 1, 1, 1, 1, 1, 0, 0});
        var loss = Tracer.trace("loss", t -> tree.bind(t, p -> {
            TensorType type = TensorType.of(DType.I32, 2, 5);
            Tensor ids = t.data("ids", type);
            Tensor hidden = model.hidden(ids, t.data("segments", type), t.data("mask", type));
            Tensor value = CrossEntropy.mean(model.tokenScores(hidden), ids)
                    .add(CrossEntropy.mean(model.classScores(hidden), Tensor.iota(dev.gatun.graph.types.Shape.of(2), 0)));
            t.output("loss", value);
            List<Tensor> g = Grad.of(value, p);
            for (int i = 0; i < g.size(); i++) t.output("d." + tree.entries().get(i).name(), g.get(i));
            return p;
        }));
        Interpreter run = new Interpreter(loss, true);
        Map<String, double[]> gradients = run.run(in);
        for (ParameterTree.Entry e : tree.entries()) {
            double[] x = in.get(e.name());
            for (int i = 0; i < x.length; i += Math.max(1, x.length / 4)) {
                double kept = x[i];
                x[i] = kept + 1e-5;
                double up = run.run(in).get("loss")[0];
                x[i] = kept - 1e-5;
                double down = run.run(in).get("loss")[0];
                x[i] = kept;
                double expected = (up - down) / 2e-5;
                assertThat(Math.abs(gradients.get("d." + e.name())[i] - expected)).as(e.name() + "[" + i + "]").isLessThan(1e-7 + 1e-5 * Math.abs(expected));
            }
        }
    }
}
