package dev.gatun.models.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.text.BpeTrainer;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.TokenizerException;
import dev.gatun.models.text.WordPattern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files written here byte by byte, and models computed by plain loops from the same numbers. */
class GgufTest {
    private static final int[] IDS = {3, 17, 0, 9, 9, 1, 22};
    private static final Weights.LlamaSizes SIZES = new Weights.LlamaSizes(23, 64, 2, 4, 2, 16, 96, 10_000, false);
    private static final Weights.LlamaSizes TIED = new Weights.LlamaSizes(23, 32, 1, 4, 4, 8, 64, 500_000, true);
    private static final Map<String, String> LLAMA_NAMES = Map.of("input_layernorm", "attn_norm", "self_attn.q_proj", "attn_q",
            "self_attn.k_proj", "attn_k", "self_attn.v_proj", "attn_v", "self_attn.o_proj", "attn_output", "post_attention_layernorm",
            "ffn_norm", "mlp.gate_proj", "ffn_gate", "mlp.up_proj", "ffn_up", "mlp.down_proj", "ffn_down");
    private static final Map<String, String> GPT2_NAMES = Map.of("ln_1", "attn_norm", "attn.c_attn", "attn_qkv", "attn.c_proj", "attn_output",
            "ln_2", "ffn_norm", "mlp.c_fc", "ffn_up", "mlp.c_proj", "ffn_down");

    @TempDir
    Path dir;

    /** As the converter to GGUF has it: each head {@code reshape(2, width/2).swapaxes} by rows. */
    private static Weights.Tensor permuted(Weights.Tensor t, int heads) {
        int in = t.shape()[1];
        int width = t.shape()[0] / heads;
        float[] y = new float[t.values().length];
        int to = 0;
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < width / 2; i++) {
                for (int half = 0; half < 2; half++) {
                    System.arraycopy(t.values(), (h * width + half * (width / 2) + i) * in, y, to, in);
                    to += in;
                }
            }
        }
        return new Weights.Tensor(t.shape(), y);
    }

    /** A type for each tensor: vectors stay f32, as in real files. */
    private static int type(Weights.Tensor t, int type) {
        return t.shape().length == 1 ? 0 : type;
    }

    private static Weights rounded(Weights w, int type) {
        Weights r = w.rounded(x -> x);
        r.tensors.replaceAll((n, t) -> new Weights.Tensor(t.shape(), GgufWriter.rounded(t.values(), type(t, type))));
        return r;
    }

    static GgufWriter llama(Weights w, Weights.LlamaSizes s, int type, int version) {
        GgufWriter g = new GgufWriter(version, "llama")
                .put("general.name", "small").put("llama.context_length", 64).put("llama.embedding_length", s.width())
                .put("llama.block_count", s.layers()).put("llama.feed_forward_length", s.hidden())
                .put("llama.attention.head_count", s.heads()).put("llama.attention.head_count_kv", s.keyHeads())
                .put("llama.rope.freq_base", (float) s.base()).put("llama.rope.dimension_count", s.headWidth())
                .put("llama.attention.layer_norm_rms_epsilon", 1e-5f).put("general.quantized", true);
        w.tensors.forEach((name, t) -> {
            String n = name.replace("model.embed_tokens", "token_embd").replace("model.norm", "output_norm").replace("lm_head", "output")
                    .replace("model.layers.", "blk.");
            for (Map.Entry<String, String> e : LLAMA_NAMES.entrySet()) n = n.replace(e.getKey(), e.getValue());
            Weights.Tensor stored = n.contains("attn_q.") ? permuted(t, s.heads()) : n.contains("attn_k.") ? permuted(t, s.keyHeads()) : t;
            g.tensor(n, stored, type(t, type));
        });
        return g;
    }

    static GgufWriter gpt2(Weights w, int type) {
        GgufWriter g = new GgufWriter(3, "gpt2").put("gpt2.context_length", 12).put("gpt2.embedding_length", 32).put("gpt2.block_count", 2)
                .put("gpt2.attention.head_count", 4).put("gpt2.attention.layer_norm_epsilon", 1e-5f);
        w.tensors.forEach((name, t) -> {
            String n = name.replace("transformer.wte", "token_embd").replace("transformer.wpe", "position_embd")
                    .replace("transformer.ln_f", "output_norm").replace("transformer.h.", "blk.");
            for (Map.Entry<String, String> e : GPT2_NAMES.entrySet()) n = n.replace(e.getKey(), e.getValue());
            boolean turned = t.shape().length == 2 && n.startsWith("blk.");
            g.tensor(n, turned ? transposed(t) : t, n.startsWith("position") ? 0 : type(t, type));
        });
        return g;
    }

    private static Weights.Tensor transposed(Weights.Tensor t) {
        int rows = t.shape()[0];
        int columns = t.shape()[1];
        float[] y = new float[rows * columns];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) y[c * rows + r] = t.values()[r * columns + c];
        }
        return new Weights.Tensor(new int[] {columns, rows}, y);
    }

    @ParameterizedTest(name = "type {0}, version {1}")
    @CsvSource({"0,3", "1,2", "30,3", "8,3", "2,3"})
    void aLlamaGivesTheScoresOfPlainLoops(int type, int version) throws IOException {
        Weights w = Weights.llama(SIZES);
        Path file = llama(w, SIZES, type, version).write(dir.resolve("m.gguf"));
        Logits.close(Logits.of(file, IDS), PlainDecoder.llama(rounded(w, type), IDS, SIZES), 1e-4);
    }

    @Test
    void aTiedLlamaHasNoOutputLayer() throws IOException {
        Weights w = Weights.llama(TIED);
        Path file = llama(w, TIED, 0, 3).write(dir.resolve("m.gguf"));
        Logits.close(Logits.of(file, IDS), PlainDecoder.llama(w, IDS, TIED), 1e-4);
    }

    @Test
    void aGpt2GivesTheScoresOfPlainLoops() throws IOException {
        Weights w = Weights.gpt2(23, 12, 32, 2);
        Path file = gpt2(w, 0).write(dir.resolve("m.gguf"));
        Logits.close(Logits.of(file, IDS), PlainDecoder.gpt2(w, IDS, 4), 1e-4);
        Weights.Tensor table = w.tensors.get("transformer.wte.weight");
        Path tied = gpt2(w, 0).tensor("output.weight", table, 0).write(dir.resolve("tied.gguf"));
        Logits.close(Logits.of(tied, IDS), PlainDecoder.gpt2(w, IDS, 4), 1e-4);
        float[] other = table.values().clone();
        other[40] += 1;
        Path untied = gpt2(w, 0).tensor("output.weight", new Weights.Tensor(table.shape(), other), 0).write(dir.resolve("untied.gguf"));
        assertThatThrownBy(() -> ForeignModel.open(untied)).isInstanceOf(CheckpointException.class).hasMessageContaining("output.weight");
    }

    private GgufWriter withVocabulary(SubwordTokenizer t, List<String> merges) {
        List<String> tokens = new ArrayList<>();
        List<Integer> types = new ArrayList<>(Collections.nCopies(t.vocabulary(), 1));
        for (int i = 0; i < t.vocabulary(); i++) tokens.add(t.name(i));
        types.set(t.token("<|end|>"), 3);
        return llama(Weights.llama(TIED), TIED, 0, 3).put("tokenizer.ggml.model", "gpt2").put("tokenizer.ggml.pre", "llama-bpe")
                .put("tokenizer.ggml.tokens", tokens).put("tokenizer.ggml.token_type", types).put("tokenizer.ggml.merges", merges);
    }

    private static List<String> merges(SubwordTokenizer t, Path file) throws IOException {
        t.write(file);
        List<String> merges = new ArrayList<>();
        new com.fasterxml.jackson.databind.ObjectMapper().readTree(Files.readAllBytes(file)).at("/model/merges")
                .forEach(m -> merges.add(m.get(0).asText() + " " + m.get(1).asText()));
        return merges;
    }

    @Test
    void theVocabularyInTheMetadataEncodesAsTheOneItIsFrom() throws IOException {
        SubwordTokenizer t = BpeTrainer.of(400, WordPattern.LLAMA3).special("<|end|>").minFrequency(1)
                .train(List.of("the cat sat on the mat while the other cats sat there, 12345 times; don't ask"));
        List<String> merges = merges(t, dir.resolve("tokenizer.json"));
        assertThat(merges).hasSizeGreaterThan(20);
        try (ForeignModel m = ForeignModel.open(withVocabulary(t, merges).write(dir.resolve("m.gguf")))) {
            SubwordTokenizer read = m.tokenizer().orElseThrow();
            for (String s : List.of("the cat sat", "don't\n\nask 98765 çats 🙂", "<|end|>the<|end|>", "")) {
                assertThat(read.encode(s)).as(s).isEqualTo(t.encode(s));
                assertThat(read.decode(read.encode(s))).isEqualTo(s);
            }
        }
        Path unknown = withVocabulary(t, merges).put("tokenizer.ggml.pre", "tekken").write(dir.resolve("pre.gguf"));
        Path pieces = withVocabulary(t, merges).put("tokenizer.ggml.model", "llama").write(dir.resolve("pieces.gguf"));
        Path broken = withVocabulary(t, List.of("zz q")).write(dir.resolve("merge.gguf"));
        for (Path p : List.of(unknown, pieces)) {
            try (ForeignModel m = ForeignModel.open(p)) {
                assertThatThrownBy(m::tokenizer).isInstanceOf(CheckpointException.class).hasMessageContaining("tokenizer.json instead");
            }
        }
        try (ForeignModel m = ForeignModel.open(broken)) {
            assertThatThrownBy(m::tokenizer).isInstanceOf(TokenizerException.class).hasMessageContaining("merges[0]");
        }
    }

    @Test
    void whatIsNotSupportedIsNamed() throws IOException {
        Weights w = Weights.llama(TIED);
        Map<String, Object> changes = Map.of("general.architecture", "mamba", "llama.block_count", 5000, "llama.rope.dimension_count", 4,
                "llama.rope.scaling.type", "linear", "llama.attention.head_count", 3, "llama.embedding_length", "wide",
                "llama.context_length", 0, "general.alignment", 33, "llama.expert_count", 8);
        for (Map.Entry<String, Object> c : changes.entrySet()) {
            Path file = llama(w, TIED, 0, 3).put(c.getKey(), c.getValue()).write(dir.resolve("m.gguf"));
            String named = c.getKey().endsWith("head_count") ? "m.gguf" : c.getKey().replace("llama.context_length", "context");
            assertThatThrownBy(() -> ForeignModel.open(file)).as(c.getKey()).isInstanceOf(CheckpointException.class).hasMessageContaining(named);
        }
        Weights.Tensor table = w.tensors.get("model.embed_tokens.weight");
        Path type = llama(w, TIED, 0, 3).tensor("token_embd.weight", table, 12).write(dir.resolve("type.gguf"));
        assertThatThrownBy(() -> ForeignModel.open(type)).hasMessageContaining("token_embd.weight").hasMessageContaining("type 12");
        Path version = llama(w, TIED, 0, 1).write(dir.resolve("version.gguf"));
        assertThatThrownBy(() -> ForeignModel.open(version)).hasMessageContaining("version: expected 2 or 3, found 1");
        Path swapped = llama(w, TIED, 0, Integer.reverseBytes(3)).write(dir.resolve("swapped.gguf"));
        assertThatThrownBy(() -> ForeignModel.open(swapped)).hasMessageContaining("big-endian");
        byte[] all = Files.readAllBytes(llama(w, TIED, 0, 3).write(dir.resolve("m.gguf")));
        Path cut = Files.write(dir.resolve("cut.gguf"), Arrays.copyOf(all, all.length - 1));
        assertThatThrownBy(() -> ForeignModel.open(cut)).isInstanceOf(CheckpointException.class).hasMessageContaining("truncated");
    }
}
