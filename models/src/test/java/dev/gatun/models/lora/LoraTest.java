package dev.gatun.models.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.checkpoint.Safetensors;
import dev.gatun.models.data.Dataset;
import dev.gatun.models.data.Text;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.llama.LlamaConfig;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.LearningRate;
import dev.gatun.models.optim.ParameterGroup;
import dev.gatun.models.tasks.Adapted;
import dev.gatun.models.tasks.LanguageTask;
import dev.gatun.models.tasks.SavedLanguageModel;
import dev.gatun.models.text.ByteTokenizer;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.Trainer;
import dev.gatun.models.train.TrainingSettings;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import dev.gatun.runtime.reference.Interpreter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraTest {
    private static final int VOCABULARY = 7;
    private static final int TIME = 5;
    private static final double STEP = 1e-5;

    @TempDir
    private Path dir;

    private static LoraSettings settings(String... targets) {
        return new LoraSettings(3, 6, List.of(targets));
    }

    private static Map<String, double[]> values(ParameterTree tree) {
        Map<String, double[]> in = new HashMap<>();
        for (ParameterTree.Entry e : tree.entries()) {
            double[] x = new double[(int) e.parameter().type().elements()];
            for (int i = 0; i < x.length; i++) x[i] = (float) ((e.name().contains("orm.weight") ? 1 : 0) + 0.3 * Philox.normal(1, 2, e.name().hashCode(), i));
            in.put(e.name(), x);
        }
        return in;
    }

    private static double[] cycle(int factor) {
        return java.util.stream.IntStream.range(0, TIME).mapToDouble(i -> (factor * i + 1) % VOCABULARY).toArray();
    }

    /** Every change of a whole model of two layers, at up to five elements each. */
    @Test
    void gradientsAgreeWithFiniteDifferences() {
        LoraModel model = LoraModel.of(Llama.of(LlamaConfig.of(VOCABULARY, TIME, 2, 4, 2, 8)), settings("*.attention.*", "*.mlp.down"));
        ParameterTree tree = ParameterTree.of(model);
        List<ParameterTree.Entry> trained = tree.entries().stream().filter(e -> e.name().startsWith(LoraModel.ADAPTERS)).toList();
        assertThat(trained).hasSize(2 * 2 * 5);
        Graph graph = Tracer.trace("loss", t -> tree.bind(t, parameters -> {
            TensorType type = TensorType.of(DType.I32, 1, TIME);
            Tensor loss = model.loss(t.data("tokens", type), t.data("targets", type));
            t.output("loss", loss);
            List<Tensor> some = trained.stream().map(e -> parameters.get(tree.entries().indexOf(e))).toList();
            List<Tensor> g = Grad.of(loss, some);
            for (int i = 0; i < g.size(); i++) t.output("d." + trained.get(i).name(), g.get(i));
            return loss;
        }));
        Map<String, double[]> in = values(tree);
        in.put("tokens", cycle(3));
        in.put("targets", cycle(5));
        Interpreter exact = new Interpreter(graph, true);
        Map<String, double[]> gradients = exact.run(in);
        for (ParameterTree.Entry e : trained) {
            double[] x = in.get(e.name());
            for (int i = 0; i < x.length; i += Math.max(1, x.length / 5)) {
                double kept = x[i];
                x[i] = kept + STEP;
                double up = exact.run(in).get("loss")[0];
                x[i] = kept - STEP;
                double down = exact.run(in).get("loss")[0];
                x[i] = kept;
                double expected = (up - down) / (2 * STEP);
                assertThat(gradients.get("d." + e.name())[i]).as(e.name() + "[" + i + "]").isCloseTo(expected, within(1e-7 + 1e-5 * Math.abs(expected)));
            }
        }
    }

    private static double[] logits(LanguageModel model, Map<String, double[]> values) {
        ParameterTree tree = ParameterTree.of((Record) model);
        Graph graph = Tracer.trace("logits", t -> tree.bind(t, p -> {
            t.output("logits", model.logits(t.data("ids", TensorType.of(DType.I32, 1, TIME))));
            return p;
        }));
        Map<String, double[]> in = new HashMap<>(values);
        in.put("ids", cycle(3));
        return new Interpreter(graph, true).run(in).get("logits");
    }

    private static MemorySegment segment(Arena arena, double[] x) {
        MemorySegment s = arena.allocate(4L * x.length, 64);
        for (int i = 0; i < x.length; i++) s.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) x[i]);
        return s;
    }

    @Test
    void aModelStartsAsItWasAndMergesToTheAdaptedOne() throws IOException {
        Gpt base = Gpt.of(GptConfig.of(VOCABULARY, TIME, 2, 2, 8));
        LoraModel model = LoraModel.of(base, settings("*.qkv", "*.mlp.*"));
        Map<String, double[]> in = values(ParameterTree.of(model));
        Map<String, double[]> plain = new HashMap<>();
        ParameterTree.of(base).entries().forEach(e -> plain.put(e.name(), in.get(LoraModel.BASE + e.name())));
        double[] adapted = logits(model, in);
        Map<String, double[]> zero = new HashMap<>(in);
        zero.replaceAll((name, x) -> name.endsWith(".up") && name.startsWith(LoraModel.ADAPTERS) ? new double[x.length] : x);
        assertThat(logits(model, zero)).isEqualTo(logits(base, plain)).isNotEqualTo(adapted);
        try (Arena arena = Arena.ofConfined()) {
            Map<String, MemorySegment> from = new HashMap<>();
            in.forEach((name, x) -> from.put(name, segment(arena, x)));
            Map<String, MemorySegment> to = new HashMap<>();
            plain.forEach((name, x) -> to.put(name, arena.allocate(4L * x.length, 64)));
            model.merge(from::get, to::get);
            Map<String, double[]> merged = new HashMap<>();
            to.forEach((name, m) -> {
                double[] x = new double[(int) (m.byteSize() / 4)];
                for (int i = 0; i < x.length; i++) x[i] = m.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                merged.put(name, x);
            });
            assertThat(logits(base, merged)).containsExactly(adapted, within(1e-5));
            LoraFiles.write(dir, model, from::get, "runs/base");
            try (Safetensors file = Safetensors.open(dir.resolve("adapter_model.safetensors"))) {
                assertThat(file.names()).hasSize(12).contains("base_model.model.layers.0.attention.qkv.lora_A.weight");
                assertThat(file.shape("base_model.model.layers.1.mlp.up.lora_A.weight")).containsExactly(3L, 8L);
                assertThat(file.shape("base_model.model.layers.1.mlp.up.lora_B.weight")).containsExactly(32L, 3L);
            }
            assertThat(Files.readString(dir.resolve("adapter_config.json"))).contains("\"LORA\"", "\"r\" : 3", "\"lora_alpha\" : 6.0", "layers.1.mlp.down");
            Map<String, MemorySegment> back = new HashMap<>();
            in.forEach((name, x) -> back.put(name, arena.allocate(4L * x.length, 64)));
            LoraFiles.read(dir, model, back::get);
            back.forEach((name, m) -> {
                if (name.startsWith(LoraModel.ADAPTERS)) assertThat(m.mismatch(from.get(name))).as(name).isEqualTo(-1);
            });
        }
    }

    private static TrainingSettings training(int steps) {
        return new TrainingSettings(steps, new LearningRate.Constant(5e-3), new AdamW(0.9, 0.99, 1e-8, 0, false), 1, 3, steps, 2);
    }

    @Test
    void theChangesAloneAreTrainedAndTakeTheLeastMemory() throws IOException {
        Gpt base = Gpt.of(GptConfig.of(256, 16, 2, 2, 64));
        LoraModel model = LoraModel.of(base, settings("*.attention.*"));
        Path first = Files.writeString(dir.resolve("first.txt"), "the quick brown fox jumps over the lazy dog\n".repeat(40));
        Path second = Files.writeString(dir.resolve("second.txt"), "SPHINX OF BLACK QUARTZ, JUDGE MY VOW!\n".repeat(40));
        Path run = dir.resolve("base");
        try (Compiler compiler = new Compiler(Backend.SIMD, 2);
                Text text = Text.of(first);
                Dataset data = Dataset.of(text, new ByteTokenizer(), 16);
                Trainer t = new Trainer(compiler, LanguageTask.of(base, new ByteTokenizer(), data, "first", 4), training(20))) {
            t.run(p -> {}, () -> false);
            RunFolder.create(run, false).save(t);
            try (Text other = Text.of(second);
                    Dataset more = Dataset.of(other, new ByteTokenizer(), 16);
                    Trainer lora = new Trainer(compiler, LanguageTask.of(model, new ByteTokenizer(), more, "second", 4),
                            training(60).withGroups(ParameterGroup.frozen(LoraModel.BASE + "*")))) {
                finetune(lora, t, run, model);
            }
        }
    }

    private void finetune(Trainer lora, Trainer full, Path run, LoraModel model) throws IOException {
        Executable e = lora.executable();
        SavedLanguageModel saved = SavedLanguageModel.open(RunFolder.open(run));
        RunFolder.open(run).readWeights(saved.parameters().renamed(n -> LoraModel.BASE + n), e);
        Map<String, byte[]> before = new HashMap<>();
        saved.parameters().entries().forEach(p -> before.put(p.name(), e.state(LoraModel.BASE + p.name()).toArray(ValueLayout.JAVA_BYTE)));
        double start = lora.validate(2).metrics().get("loss");
        lora.run(p -> {}, () -> false);
        assertThat(lora.validate(2).metrics().get("loss")).isLessThan(start - 0.5);
        before.forEach((name, bytes) -> assertThat(e.state(LoraModel.BASE + name).toArray(ValueLayout.JAVA_BYTE)).as(name).isEqualTo(bytes));
        assertThat(e.states().stream().map(Input::name).filter(n -> n.startsWith("optimizer."))).hasSize(2 * 2 * model.adapters().size())
                .allMatch(n -> n.contains(LoraModel.ADAPTERS));
        long parameters = 4 * saved.parameters().elements();
        assertThat(e.arenaBytes()).isLessThan(full.executable().arenaBytes() - 2 * parameters + parameters / 2);
        RunFolder out = RunFolder.create(dir.resolve("adapted"), false);
        out.save(lora);
        assertThat(((LoraModel) SavedLanguageModel.open(out).model()).settings()).isEqualTo(model.settings());
        RunFolder merged = RunFolder.create(dir.resolve("merged"), false);
        Adapted.merge(out, merged);
        SavedLanguageModel alone = SavedLanguageModel.open(merged);
        assertThat(alone.model()).isInstanceOf(Gpt.class);
        merged.checkWeights(alone.parameters());
        assertThatThrownBy(() -> Adapted.merge(merged, out)).hasMessageContaining("no low-rank changes");
        try (Safetensors a = Safetensors.open(merged.weights()); Safetensors b = Safetensors.open(RunFolder.open(run).weights())) {
            assertThat(a.map("norm.weight").mismatch(b.map("norm.weight"))).isEqualTo(-1);
            assertThat(a.map("layers.0.attention.qkv.weight").mismatch(b.map("layers.0.attention.qkv.weight"))).isNotEqualTo(-1);
        }
    }

    @Test
    void whatTheChangesSeeIsDroppedWhileTrainingOnly() throws IOException {
        Gpt base = Gpt.of(GptConfig.of(256, 8, 1, 2, 16));
        LoraModel plain = LoraModel.of(base, settings("*.attention.*"));
        LoraModel dropping = LoraModel.of(base, new LoraSettings(3, 6, 0.5, List.of("*.attention.*")));
        TrainingSettings s = training(3).withGroups(ParameterGroup.frozen(LoraModel.BASE + "*"));
        try (Compiler compiler = new Compiler(Backend.REFERENCE, 1);
                Text text = Text.of("fox", "the quick brown fox jumps over the lazy dog\n".repeat(20));
                Dataset data = Dataset.of(text, new ByteTokenizer(), 8);
                Trainer a = new Trainer(compiler, LanguageTask.of(plain, new ByteTokenizer(), data, "fox", 2), s);
                Trainer b = new Trainer(compiler, LanguageTask.of(dropping, new ByteTokenizer(), data, "fox", 2), s)) {
            assertThat(ParameterTree.of(plain).drops()).isFalse();
            assertThat(b.train()).as("the changes are nothing yet").isEqualTo(a.train());
            assertThat(b.gradientNorm()).isNotEqualTo(a.gradientNorm());
            a.train();
            b.train();
            a.executable().states().forEach(x -> a.executable().state(x.name()).copyFrom(b.executable().state(x.name())));
            assertThat(b.validate(2)).as("validation drops nothing").isEqualTo(a.validate(2));
            assertThat(b.train()).isNotEqualTo(a.train());
            RunFolder run = RunFolder.create(dir.resolve("dropping"), false);
            run.save(b);
            assertThat(((LoraModel) SavedLanguageModel.open(run).model()).settings()).isEqualTo(dropping.settings());
            LoraFiles.write(dir, dropping, b.executable()::state, "base");
            assertThat(Files.readString(dir.resolve("adapter_config.json"))).contains("\"lora_dropout\" : 0.5");
        }
        assertThatThrownBy(() -> new LoraSettings(1, 1, 1, List.of("*"))).hasMessageContaining("dropout");
    }

    @Test
    void settingsThatFitNothingAreRefused() {
        Gpt base = Gpt.of(GptConfig.of(VOCABULARY, TIME, 1, 2, 8));
        assertThatThrownBy(() -> LoraModel.of(base, settings("*.query"))).hasMessageContaining("no linear layer's name fits the pattern *.query")
                .hasMessageContaining("layers.0.attention.qkv");
        assertThatThrownBy(() -> new LoraSettings(0, 1, List.of("*"))).hasMessageContaining("rank");
        assertThatThrownBy(() -> new LoraSettings(1, 0, List.of("*"))).hasMessageContaining("alpha");
        assertThatThrownBy(() -> new LoraSettings(1, 1, List.of())).hasMessageContaining("patterns");
        assertThat(Arrays.asList(LoraModel.of(base, settings("*")).adapters().keySet().toArray())).hasSize(4);
    }
}
