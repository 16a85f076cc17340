package dev.gatun.models.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import dev.gatun.bindings.OneDnnLibrary;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Step;
import dev.gatun.graph.schedule.StepAccess;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.llama.LlamaConfig;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeneratorTest {
    private static final int VOCABULARY = 29;
    private static final int CONTEXT = 80; // more than a prompt is read in one piece
    private static final String FULL = "full";

    /** A model, its functions for some texts at a time, and one that computes all scores at once. */
    private static final class Setup implements AutoCloseable {
        final LanguageModel model;
        final Compiler compiler;
        final Executable executable;
        final Generator generator;

        Setup(Backend backend, int threads, LanguageModel model, int slots) {
            this.model = model;
            compiler = new Compiler(backend, threads);
            ParameterTree tree = ParameterTree.of((Record) model);
            List<Graph> graphs = new ArrayList<>(Generator.graphs(model, tree, slots));
            graphs.add(Tracer.trace(FULL, t -> tree.bind(t, tensors -> {
                t.output("scores", model.logits(t.data("ids", TensorType.of(DType.I32, 1, model.context()))));
                return tensors;
            })));
            executable = compiler.compile(graphs.toArray(Graph[]::new));
            for (ParameterTree.Entry e : tree.entries()) {
                var to = executable.state(e.name());
                for (int i = 0; i < e.parameter().type().elements(); i++) {
                    float x = (e.name().contains("orm.weight") ? 1 : 0) + 0.3f * Philox.normal(1, 2, e.name().hashCode(), i);
                    to.setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, i, x);
                }
            }
            generator = new Generator(executable, model, slots);
        }

        /** The row of scores behind the last of some tokens, computed anew. */
        float[] recomputed(List<Integer> tokens) {
            int[] ids = new int[model.context()];
            for (int i = 0; i < tokens.size(); i++) ids[i] = tokens.get(i);
            float[] all = new float[model.context() * VOCABULARY];
            executable.write(FULL, "ids", ids);
            executable.run(FULL);
            executable.read(FULL, "scores", all);
            int at = (tokens.size() - 1) * VOCABULARY;
            return Arrays.copyOfRange(all, at, at + VOCABULARY);
        }

        float[] scores(String function) {
            float[] scores = new float[VOCABULARY];
            executable.read(function, "logits", scores);
            return scores;
        }

        List<List<Integer>> write(List<int[]> prompts, int count, Sampler sampler, Generator.WhenFull whenFull) {
            List<List<Integer>> texts = new ArrayList<>();
            prompts.forEach(p -> texts.add(new ArrayList<>()));
            generator.generate(prompts, count, sampler, whenFull, (text, token) -> texts.get(text).add(token), () -> false);
            return texts;
        }

        @Override
        public void close() {
            executable.close();
            compiler.close();
        }
    }

    private static LanguageModel model(String name) {
        return switch (name) {
            case "learned" -> Gpt.of(new GptConfig(VOCABULARY, CONTEXT, 2, 2, 8, GptConfig.Positions.LEARNED, 0));
            case "rotary" -> Gpt.of(new GptConfig(VOCABULARY, CONTEXT, 2, 3, 12, GptConfig.Positions.ROTARY, 0));
            default -> Llama.of(LlamaConfig.of(VOCABULARY, CONTEXT, 2, 4, 2, 16));
        };
    }

    private static int[] prompt(int length) {
        return IntStream.range(0, length).map(i -> (7 * i * i + 3 * i + 1) % VOCABULARY).toArray();
    }

    private static void assertClose(float[] got, float[] want, String where) {
        for (int i = 0; i < want.length; i++) assertThat(got[i]).as(where + " [" + i + "]").isCloseTo(want[i], within(1e-4f * Math.max(1, Math.abs(want[i]))));
    }

    @ParameterizedTest
    @CsvSource({"REFERENCE,learned", "REFERENCE,llama", "SIMD,learned", "SIMD,rotary", "SIMD,llama", "AUTO,learned", "AUTO,rotary", "AUTO,llama", "ONEDNN,llama"})
    void scoresAreThoseOfTheWholeTextComputedAnew(Backend backend, String name) {
        if (backend == Backend.ONEDNN) assumeThat(OneDnnLibrary.probe()).isInstanceOf(OneDnnLibrary.Ready.class);
        try (Setup s = new Setup(backend, 2, model(name), 1)) {
            for (int length : new int[] {1, 5, 63, 64, 65, 79, 80, 99}) {
                int[] prompt = prompt(length);
                List<Integer> seen = new ArrayList<>(Arrays.stream(prompt, Math.max(0, length - CONTEXT), length).boxed().toList());
                int[] count = {0};
                s.generator.generate(List.of(prompt), 4, Sampler.greedy(), Generator.WhenFull.SLIDE, (text, token) -> {
                    if (seen.size() > CONTEXT) seen.subList(0, seen.size() - CONTEXT / 2).clear();
                    boolean prefilled = count[0] == 0 && length > 8 || seen.size() == CONTEXT / 2;
                    assertClose(s.scores(prefilled ? Generator.PREFILL : Generator.DECODE), s.recomputed(seen), "prompt " + length + ", token " + count[0]);
                    seen.add(token);
                    count[0]++;
                    return true;
                }, () -> false);
                assertThat(count[0]).isEqualTo(4);
            }
        }
    }

    @Test
    void aTextInABatchIsWhatItIsAlone() {
        List<int[]> prompts = Stream.of(3, 20, 70, 1, 11).map(GeneratorTest::prompt).toList();
        Sampler sampler = new Sampler(1, 0, 0.95, 0, 1.1, 0, 0, 5);
        List<List<Integer>> alone = new ArrayList<>();
        try (Setup s = new Setup(Backend.AUTO, 1, model("rotary"), 1)) {
            for (int i = 0; i < prompts.size(); i++) {
                alone.addAll(s.write(List.of(prompts.get(i)), 25, sampler.withSeed(5 + i), Generator.WhenFull.SLIDE));
            }
        }
        for (int slots : new int[] {2, 3, 5}) {
            try (Setup s = new Setup(Backend.AUTO, 2, model("rotary"), slots)) {
                assertThat(s.write(prompts, 25, sampler, Generator.WhenFull.SLIDE)).as(slots + " at a time").isEqualTo(alone);
            }
        }
    }

    @Test
    void theSeedDecidesAtAnyNumberOfThreads() {
        Sampler sampler = new Sampler(1, 0, 3);
        List<List<Integer>> one;
        try (Setup s = new Setup(Backend.SIMD, 1, model("llama"), 1)) {
            one = s.write(List.of(prompt(9)), 60, sampler, Generator.WhenFull.STOP);
            assertThat(s.write(List.of(prompt(9)), 60, sampler, Generator.WhenFull.STOP)).isEqualTo(one);
            assertThat(s.write(List.of(prompt(9)), 60, sampler.withSeed(4), Generator.WhenFull.STOP)).isNotEqualTo(one);
        }
        try (Setup s = new Setup(Backend.SIMD, 3, model("llama"), 1)) {
            assertThat(s.write(List.of(prompt(9)), 60, sampler, Generator.WhenFull.STOP)).isEqualTo(one);
        }
    }

    @Test
    void textsEndWhereTheyAreToldTo() {
        try (Setup s = new Setup(Backend.SIMD, 1, model("learned"), 2)) {
            List<int[]> prompts = List.of(prompt(70), prompt(2), prompt(80));
            List<List<Integer>> full = s.write(prompts, 1000, Sampler.greedy(), Generator.WhenFull.STOP);
            assertThat(full.stream().map(List::size)).containsExactly(11, 79, 1); // the last token is not fed back
            assertThat(s.write(prompts, 300, Sampler.greedy(), Generator.WhenFull.SLIDE).stream().map(List::size)).containsExactly(300, 300, 300);
            assertThat(s.write(prompts, 0, Sampler.greedy(), Generator.WhenFull.SLIDE).stream().map(List::size)).containsExactly(0, 0, 0);
            List<Integer> heard = new ArrayList<>();
            s.generator.generate(prompts, 50, Sampler.greedy(), Generator.WhenFull.STOP, (text, token) -> {
                heard.add(text);
                return text != 1 && heard.stream().filter(t -> t == text).count() < 4;
            }, () -> false);
            assertThat(heard.stream().sorted()).containsExactly(0, 0, 0, 0, 1, 2);
            int[] asked = {0};
            s.generator.generate(prompts, 50, Sampler.greedy(), Generator.WhenFull.STOP, (text, token) -> true, () -> ++asked[0] > 3);
            assertThat(asked[0]).isEqualTo(4);
        }
    }

    @Test
    void promptsThatCannotBeUsedAreRefused() {
        try (Setup s = new Setup(Backend.SIMD, 1, model("learned"), 1)) {
            assertThatThrownBy(() -> s.write(List.of(new int[0]), 3, Sampler.greedy(), Generator.WhenFull.STOP)).hasMessageContaining("prompt 0 is empty");
            assertThatThrownBy(() -> s.write(List.of(prompt(3), new int[] {VOCABULARY}), 3, Sampler.greedy(), Generator.WhenFull.STOP))
                    .hasMessageContaining("token 29 of prompt 1 must lie in 0..28");
            assertThatThrownBy(() -> s.write(List.of(prompt(3)), -1, Sampler.greedy(), Generator.WhenFull.STOP)).hasMessageContaining("must not be negative");
            assertThatThrownBy(() -> Generator.graphs(s.model, ParameterTree.of((Record) s.model), 0)).hasMessageContaining("at least 1 text");
            int[] far = {CONTEXT};
            assertThatThrownBy(() -> s.executable.write(Generator.DECODE, "position", far)).hasMessageContaining("must lie in 0..79");
        }
    }

    /** Only rows are stored: no step copies a cache, and attention reads it where it lies. */
    @Test
    void theCacheIsWrittenInPlace() {
        try (Setup s = new Setup(Backend.SIMD, 1, model("llama"), 2)) {
            var plan = s.executable.plan(Generator.DECODE);
            List<Integer> caches = plan.inputs().entrySet().stream().filter(e -> e.getKey().startsWith("cache.")).map(e -> e.getValue()).toList();
            assertThat(caches).hasSize(4);
            long elements = plan.buffers().get(caches.getFirst()).elements();
            assertThat(plan.buffers().stream().filter(b -> b.elements() == elements).map(b -> b.id())).containsExactlyInAnyOrderElementsOf(caches);
            for (Step step : plan.steps()) {
                if (step instanceof Loop) assertThat(StepAccess.read(step)).doesNotContainAnyElementsOf(caches);
            }
        }
    }

    /** Vector code allocates until HotSpot has compiled it, which takes thousands of calls of each loop, and a few vectors after. */
    @Test
    void aTokenAllocatesNextToNothing() {
        LanguageModel wide = Gpt.of(new GptConfig(VOCABULARY, CONTEXT, 1, 2, 64, GptConfig.Positions.LEARNED, 0));
        try (Setup s = new Setup(Backend.SIMD, 1, wide, 1)) {
            Sampler sampler = new Sampler(0.9, 10, 0.9, 0.01, 1.1, 0.1, 0.1, 3);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long[] last = {threads.getCurrentThreadAllocatedBytes()};
            long[] least = {Long.MAX_VALUE};
            int[] count = {0};
            s.generator.generate(List.of(prompt(20)), 100_000, sampler, Generator.WhenFull.SLIDE, (text, token) -> {
                if (++count[0] % 1000 != 0) return true;
                long now = threads.getCurrentThreadAllocatedBytes();
                least[0] = Math.min(least[0], (now - last[0]) / 1000);
                last[0] = now;
                return least[0] >= 16_384;
            }, () -> false);
            assertThat(least[0]).as("bytes a token, over 1000 tokens").isLessThan(16_384);
        }
    }
}
