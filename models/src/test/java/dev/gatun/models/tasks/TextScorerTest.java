package dev.gatun.models.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.data.Dataset;
import dev.gatun.models.data.Text;
import dev.gatun.models.data.TokenSequence;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.metrics.Perplexity;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.LearningRate;
import dev.gatun.models.text.CharTokenizer;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.Trainer;
import dev.gatun.models.train.TrainingSettings;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextScorerTest {
    private static final int CONTEXT = 7;

    @TempDir
    Path dir;

    /** Every token's loss from the logits of the one window that it is to be predicted in. */
    @Test
    void everyTokenIsPredictedOnceFromTheWindowItIsDueIn() throws IOException {
        try (Compiler compiler = new Compiler(Backend.REFERENCE, 1); Text text = Text.of("verse", "the quick brown fox jumps over the lazy dog. ".repeat(3))) {
            CharTokenizer words = text.charTokenizer();
            Gpt gpt = Gpt.of(new GptConfig(words.vocabulary(), CONTEXT, 1, 2, 8, GptConfig.Positions.LEARNED, 0));
            RunFolder run = RunFolder.create(dir.resolve("run"), false);
            TrainingSettings settings = new TrainingSettings(5, new LearningRate.Constant(0.05), AdamW.standard(), 0, 1, 5, 1);
            try (Dataset data = Dataset.of(text, words, CONTEXT); Trainer t = new Trainer(compiler, LanguageTask.of(gpt, words, data, "verse", 2), settings)) {
                t.run(p -> {}, () -> false);
                run.save(t);
            }
            try (TokenSequence tokens = TokenSequence.of(text, words); TextScorer scorer = new TextScorer(compiler, run, 3)) {
                for (int stride : new int[] {CONTEXT, 4, 1}) {
                    for (int to : new int[] {2, CONTEXT, CONTEXT + 1, CONTEXT + 2, 50, 135}) {
                        Perplexity p = scorer.score(tokens, 0, to, stride);
                        assertThat(p.tokens()).isEqualTo(to - 1);
                        assertThat(p.loss()).as("stride %d, %d tokens", stride, to).isCloseTo(naive(compiler, gpt, run, tokens, to, stride), within(1e-5));
                    }
                }
                assertThat(scorer.score(tokens, 40, 60, 1).characters()).isEqualTo(19);
                assertThatThrownBy(() -> scorer.score(tokens, 0, 1, 1)).hasMessageContaining("at least 2 tokens");
                assertThatThrownBy(() -> scorer.score(tokens, 0, 9, CONTEXT + 1)).hasMessageContaining("stride");
                assertThatThrownBy(() -> scorer.score(tokens, 0, 1000, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            }
        }
    }

    private static double naive(Compiler compiler, Gpt gpt, RunFolder run, TokenSequence tokens, int to, int stride) throws IOException {
        ParameterTree tree = ParameterTree.of(gpt);
        int vocabulary = gpt.vocabulary();
        double sum = 0;
        try (Executable e = compiler.compile(Tracer.trace("logits", t -> tree.bind(t, p -> {
            t.output("logits", gpt.logits(t.data("ids", TensorType.of(DType.I32, 1, CONTEXT))));
            return p;
        })))) {
            run.readWeights(tree, e);
            float[] logits = new float[CONTEXT * vocabulary];
            for (int i = 1; i < to; i++) {
                int window = 0;
                while (window + CONTEXT < i) window += stride; // the first that has the token as a target
                int[] ids = new int[CONTEXT];
                for (int k = 0; k < CONTEXT && window + k < i; k++) ids[k] = tokens.at(window + k);
                e.write("logits", "ids", ids);
                e.run("logits");
                e.read("logits", "logits", logits);
                double all = 0;
                int row = (i - 1 - window) * vocabulary;
                for (int v = 0; v < vocabulary; v++) all += Math.exp(logits[row + v]);
                sum += Math.log(all) - logits[row + tokens.at(i)];
            }
        }
        return sum / (to - 1);
    }
}
