package dev.gatun.bench;

import dev.gatun.graph.ir.Graph;
import dev.gatun.models.generate.Generator;
import dev.gatun.models.generate.Sampler;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Times greedy decoding with a key and value cache: the nano model writes 192 tokens after a prompt of one, as the peers do.
 * With a batch each text starts with another token.
 */
final class DecodeBench implements AutoCloseable {
    /** Name in the result lines. */
    static final String NAME = "decode-nano-kv";
    /** New tokens of each text. */
    static final int TOKENS = 192;

    private static final GptConfig NANO = GptConfig.of(512, 256, 6, 6, 384);
    private static final long SEED = 7;
    private static final double WARM_SECONDS = 2;
    private static final int LEAST = 9;
    private static final int MOST = 60;
    private static final double BUDGET_SECONDS = 8;

    private final Executable executable;
    private final ParameterTree tree;
    private final Generator generator;
    private final List<int[]> prompts;
    private final int[][] texts;
    private final int[] lengths;

    DecodeBench(Compiler compiler, int batch) {
        Gpt gpt = Gpt.of(NANO);
        tree = ParameterTree.of(gpt);
        executable = compiler.compile(Generator.graphs(gpt, tree, batch).toArray(Graph[]::new));
        executable.states().forEach(s -> executable.state(s.name()).fill((byte) 0));
        tree.initialize(SEED, executable::state);
        generator = new Generator(executable, gpt, batch);
        prompts = IntStream.range(0, batch).mapToObj(i -> new int[] {1 + i % (NANO.vocabulary() - 1)}).toList();
        texts = new int[batch][TOKENS];
        lengths = new int[batch];
    }

    /** Writes all texts once. */
    void run() {
        Arrays.fill(lengths, 0);
        generator.generate(prompts, TOKENS, Sampler.greedy(), Generator.WhenFull.STOP, (text, token) -> {
            texts[text][lengths[text]++] = token;
            return true;
        }, () -> false);
    }

    /**
     * Milliseconds of each run, after warming up.
     *
     * @throws IllegalStateException when a run writes something else than the one before
     */
    double[] measure(Results results) {
        long start = System.nanoTime();
        while ((System.nanoTime() - start) / 1e9 < WARM_SECONDS) run();
        int[][] expected = Arrays.stream(texts).map(int[]::clone).toArray(int[][]::new);
        long before = System.nanoTime();
        run();
        double one = (System.nanoTime() - before) / 1e9;
        double[] ms = new double[(int) Math.clamp(BUDGET_SECONDS / one, LEAST, MOST)];
        results.loadStart();
        for (int i = 0; i < ms.length; i++) {
            before = System.nanoTime();
            run();
            ms[i] = (System.nanoTime() - before) / 1e6;
        }
        results.loadStop();
        if (!Arrays.deepEquals(expected, texts)) throw new IllegalStateException("greedy decoding wrote another text the second time");
        return ms;
    }

    int tokens() {
        return TOKENS * prompts.size();
    }

    long parameters() {
        return tree.elements();
    }

    Executable executable() {
        return executable;
    }

    @Override
    public void close() {
        executable.close();
    }
}
