package dev.gatun.models.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.types.DType;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.text.BpeTrainer;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.WordPattern;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders written here byte by byte, and models computed by plain loops from the same numbers. */
class HuggingFaceTest {
    private static final int[] IDS = {3, 17, 0, 9, 9, 1, 22};
    private static final String GPT2 = """
            {"model_type": "gpt2", "vocab_size": 23, "n_positions": 12, "n_embd": 24, "n_layer": 2, "n_head": 3,
             "n_inner": null, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-05, "attn_pdrop": 0.1}
            """;
    private static final Weights.LlamaSizes SIZES = new Weights.LlamaSizes(23, 24, 2, 4, 2, 10, 40, 500_000, false);
    private static final Weights.LlamaSizes TIED = new Weights.LlamaSizes(23, 24, 1, 6, 1, 4, 31, 10_000, true);

    @TempDir
    Path dir;

    private static String llama(Weights.LlamaSizes s) {
        return """
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": %d, "hidden_size": %d,
                 "num_hidden_layers": %d, "num_attention_heads": %d, "num_key_value_heads": %d, "head_dim": %d,
                 "intermediate_size": %d, "rope_theta": %f, "rms_norm_eps": 1e-05, "max_position_embeddings": 64,
                 "rope_scaling": null, "hidden_act": "silu", "tie_word_embeddings": %b}
                """.formatted(s.vocabulary(), s.width(), s.layers(), s.heads(), s.keyHeads(), s.headWidth(), s.hidden(), s.base(), s.tied());
    }

    private static Weights rounded(Weights w, String dtype) {
        return w.rounded(x -> {
            for (int i = 0; i < x.length; i++) {
                x[i] = switch (dtype) {
                    case "F16" -> Float.float16ToFloat(Float.floatToFloat16(x[i]));
                    case "BF16" -> Float.intBitsToFloat(Float.floatToIntBits(x[i]) & 0xFFFF0000);
                    default -> x[i];
                };
            }
            return x;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"F32", "F16", "BF16", "F64"})
    void aGpt2FolderGivesTheScoresOfPlainLoops(String dtype) throws IOException {
        Weights w = rounded(Weights.gpt2(23, 12, 24, 2), dtype);
        Path folder = FolderWriter.folder(dir, GPT2, w, dtype);
        Logits.close(Logits.of(folder, IDS), PlainDecoder.gpt2(w, IDS, 3), 1e-4);
    }

    @Test
    void namesWithoutPrefixAndLeftoversOfTrainingAreTaken() throws IOException {
        Weights w = Weights.gpt2(23, 12, 24, 2);
        Weights bare = w.renamed(n -> n.replace("transformer.", ""));
        bare.tensors.put("h.1.attn.bias", new Weights.Tensor(new int[] {1, 1, 12, 12}, new float[144]));
        bare.tensors.put("lm_head.weight", w.tensors.get("transformer.wte.weight"));
        Logits.close(Logits.of(FolderWriter.folder(dir, GPT2, bare, "F32"), IDS), PlainDecoder.gpt2(w, IDS, 3), 1e-4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"F32", "BF16"})
    void aShardedLlamaFolderGivesTheScoresOfPlainLoops(String dtype) throws IOException {
        Weights w = rounded(Weights.llama(SIZES), dtype);
        Path folder = FolderWriter.sharded(dir, llama(SIZES), w, dtype, 3);
        Logits.close(Logits.of(folder, IDS), PlainDecoder.llama(w, IDS, SIZES), 1e-4);
    }

    @Test
    void aLlamaMayTieItsOutputAndTakeAnotherContext() throws IOException {
        Weights w = Weights.llama(TIED);
        Path folder = FolderWriter.folder(dir, llama(TIED), w, "F32");
        try (ForeignModel m = ForeignModel.open(folder, 16)) {
            assertThat(m.model()).isInstanceOfSatisfying(Llama.class, l -> assertThat(l.context()).isEqualTo(16));
            assertThat(m.tokenizer()).isEmpty();
            Logits.close(Logits.of(m, IDS), PlainDecoder.llama(w, IDS, TIED), 1e-4);
        }
        Path gpt = FolderWriter.folder(dir.resolve("gpt"), GPT2, Weights.gpt2(23, 12, 24, 2), "F32");
        assertThatThrownBy(() -> ForeignModel.open(gpt, 6)).isInstanceOf(CheckpointException.class).hasMessageContaining("n_positions");
    }

    private static Map<String, MemorySegment> read(ForeignModel m, Arena arena) {
        Map<String, MemorySegment> states = new HashMap<>();
        m.parameters().entries().forEach(e -> states.put(e.name(), arena.allocate(e.parameter().type().bytes(), 64)));
        m.readWeights(states::get);
        return states;
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 30, 5_000, 1})
    void whatIsExportedIsReadBackAndTheSame(long shardBytes) throws IOException {
        SubwordTokenizer tokenizer = BpeTrainer.of(300, WordPattern.GPT2).train(List.of("the cat sat on the mat, the cat sat"));
        Weights w = Weights.llama(SIZES);
        Path in = FolderWriter.folder(dir.resolve("in"), llama(SIZES), w, "F32");
        Path out = dir.resolve("out");
        try (ForeignModel m = ForeignModel.open(in); Arena arena = Arena.ofConfined()) {
            Map<String, MemorySegment> states = read(m, arena);
            new HuggingFaceExport(DType.F32, shardBytes).write(out, m.model(), states::get, Optional.of(tokenizer));
            assertThatThrownBy(() -> HuggingFaceExport.of(DType.F32).write(out, m.model(), states::get, Optional.empty()))
                    .isInstanceOf(CheckpointException.class).hasMessageContaining("not empty");
            new HuggingFaceExport(DType.BF16, shardBytes).write(dir.resolve("bf16"), m.model(), states::get, Optional.empty());
        }
        assertThat(Files.exists(out.resolve("model.safetensors.index.json"))).isEqualTo(shardBytes < 1 << 20);
        try (ForeignModel again = ForeignModel.open(out)) {
            assertThat(again.tokenizer().orElseThrow().encode("the cat")).isEqualTo(tokenizer.encode("the cat"));
            Logits.close(Logits.of(again, IDS), PlainDecoder.llama(w, IDS, SIZES), 1e-4);
        }
        Logits.close(Logits.of(dir.resolve("bf16"), IDS), PlainDecoder.llama(w, IDS, SIZES), 0.2);
    }

    @Test
    void exportedGpt2TensorsLieAsTheFamilyHasThem() throws IOException {
        Weights w = Weights.gpt2(23, 12, 24, 2);
        Path in = FolderWriter.folder(dir.resolve("in"), GPT2, w, "F32");
        Path out = dir.resolve("out");
        try (ForeignModel m = ForeignModel.open(in); Arena arena = Arena.ofConfined()) {
            HuggingFaceExport.of(DType.F32).write(out, m.model(), read(m, arena)::get, Optional.empty());
        }
        try (var file = dev.gatun.models.checkpoint.Safetensors.open(out.resolve("model.safetensors"))) {
            assertThat(file.names()).isEqualTo(w.tensors.keySet());
            float[] row = new float[72];
            file.row("transformer.h.1.attn.c_attn.weight", 5, row, 0);
            assertThat(row).isEqualTo(java.util.Arrays.copyOfRange(w.get("transformer.h.1.attn.c_attn.weight"), 5 * 72, 6 * 72));
        }
        Gpt rotary = Gpt.of(new GptConfig(23, 8, 1, 2, 8, GptConfig.Positions.ROTARY, 0));
        assertThatThrownBy(() -> HuggingFaceExport.of(DType.F32).write(dir.resolve("x"), rotary, n -> null, Optional.empty()))
                .hasMessageContaining("learned positions");
        assertThat(dir.resolve("x")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"model_type\": \"gpt2\" | \"model_type\": \"mamba\" | model_type",
        "\"vocab_size\": 23 | \"vocab_size\": 24 | transformer.wte.weight: expected the shape [24, 24]",
        "\"vocab_size\": 23 | \"vocab_size\": -1 | vocabulary must lie in",
        "\"vocab_size\": 23 | \"vocab_size\": \"23\" | vocab_size: expected a whole number",
        "\"vocab_size\": 23 | \"vocab_size\": 99999999999 | vocab_size: expected a whole number",
        "\"n_layer\": 2 | \"n_layer\": 3 | transformer.h.2.ln_1.weight: missing",
        "\"n_layer\": 2 | \"n_layer\": 16777217 | n_layer: expected at most 4096",
        "\"n_head\": 3 | \"n_head\": 5 | heads must divide width",
        "\"n_inner\": null | \"n_inner\": 100 | n_inner",
        "gelu_new | relu | activation_function",
        "1e-05 | 1e-06 | layer_norm_epsilon",
        "\"n_embd\": 24 | \"n_embd\": 24, \"n_embd\": 24 | no valid JSON",
        "\"n_embd\": 24 | \"scale_attn_by_inverse_layer_idx\": true, \"n_embd\": 24 | scale_attn_by_inverse_layer_idx",
        "} | ] | no valid JSON",
    })
    void aConfigurationThatDoesNotFitIsRefused(String was, String becomes, String expected) throws IOException {
        Path folder = FolderWriter.folder(dir, GPT2.replace(was, becomes), Weights.gpt2(23, 12, 24, 2), "F32");
        assertThatThrownBy(() -> ForeignModel.open(folder)).isInstanceOf(CheckpointException.class).hasMessageContaining(expected);
    }

    @Test
    void scaledPositionsBiasesAndWindowsAreRefused() throws IOException {
        Weights w = Weights.llama(SIZES);
        String[][] cases = {{"\"rope_scaling\": null", "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0}", "rope_scaling"},
            {"\"rope_scaling\": null", "\"attention_bias\": true", "attention_bias"}, {"\"rope_scaling\": null", "\"sliding_window\": 32", "sliding_window"},
            {"silu", "gelu", "hidden_act"}};
        for (int i = 0; i < cases.length; i++) {
            Path folder = FolderWriter.folder(dir.resolve("" + i), llama(SIZES).replace(cases[i][0], cases[i][1]), w, "F32");
            assertThatThrownBy(() -> ForeignModel.open(folder)).isInstanceOf(CheckpointException.class).hasMessageContaining(cases[i][2]);
        }
        w.tensors.put("model.layers.0.self_attn.q_proj.bias", new Weights.Tensor(new int[] {40}, new float[40]));
        Path biased = FolderWriter.folder(dir.resolve("biased"), llama(SIZES), w, "F32");
        assertThatThrownBy(() -> ForeignModel.open(biased)).isInstanceOf(CheckpointException.class).hasMessageContaining("q_proj.bias")
                .hasMessageContaining("does not have");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "model-00002-of-00003.safetensors | model-00009-of-00003.safetensors | does not exist",
        "model-00002-of-00003.safetensors | ../model-00002-of-00003.safetensors | same folder",
        "model-00002-of-00003.safetensors | model-00001-of-00003.safetensors | missing, though",
        "weight_map | weight_mop | weight_map",
        "}} | } | no valid JSON",
        "model.norm.weight\": | model.norm.weight\":1,\"y\": | expected the name of a file",
        "model.norm.weight\": | model.embed_tokens.weight\": | no valid JSON",
    })
    void anIndexThatLiesIsRefused(String was, String becomes, String expected) throws IOException {
        Path folder = FolderWriter.sharded(dir, llama(SIZES), Weights.llama(SIZES), "F32", 3);
        Path index = folder.resolve("model.safetensors.index.json");
        Files.writeString(index, Files.readString(index).replace(was, becomes));
        assertThatThrownBy(() -> ForeignModel.open(folder)).isInstanceOf(CheckpointException.class).hasMessageContaining(expected);
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        assertThatThrownBy(() -> ForeignModel.open(dir.resolve("absent"))).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> ForeignModel.open(dir)).isInstanceOf(CheckpointException.class).hasMessageContaining("config.json");
        Files.writeString(dir.resolve("config.json"), GPT2);
        assertThatThrownBy(() -> ForeignModel.open(dir)).isInstanceOf(CheckpointException.class).hasMessageContaining("model.safetensors");
        Weights w = Weights.gpt2(23, 12, 24, 2);
        w.tensors.put("transformer.ln_f.bias", new Weights.Tensor(new int[] {24}, new float[24]));
        FolderWriter.file(dir.resolve("model.safetensors"), w.tensors, "F32");
        Path file = dir.resolve("model.safetensors");
        String ints = new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1)
                .replace("ln_f.bias\":{\"dtype\":\"F32\"", "ln_f.bias\":{\"dtype\":\"I32\"");
        Files.write(file, ints.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        try (ForeignModel m = ForeignModel.open(dir)) {
            assertThatThrownBy(() -> Logits.of(m, IDS)).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("ln_f.bias").hasMessageContaining("found I32");
        }
    }

    @Test
    void halfPrecisionIsRoundedToTheNearest() {
        assertThat(HuggingFaceExport.bf16(1f)).isEqualTo((short) 0x3F80);
        assertThat(HuggingFaceExport.bf16(Float.intBitsToFloat(0x3F808000))).isEqualTo((short) 0x3F80);
        assertThat(HuggingFaceExport.bf16(Float.intBitsToFloat(0x3F818000))).isEqualTo((short) 0x3F82);
        assertThat(HuggingFaceExport.bf16(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xFF80);
        assertThat(HuggingFaceExport.bf16(Float.NaN) & 0x7FFF).isGreaterThan(0x7F80);
    }
}
