package dev.gatun.models.formats;

import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.llama.LlamaConfig;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.WordPattern;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads models and vocabularies from the metadata of GGUF files. */
final class GgufModel {
    private static final int CONTROL = 3; // token types of the format
    private static final int USER_DEFINED = 4;

    private final GgufFile source;
    private final GgufMetadata m;
    private final Path file;
    private final String family;

    private GgufModel(GgufFile source, Path file) {
        this.source = source;
        this.m = source.metadata();
        this.file = file;
        family = m.text("general.architecture");
    }

    /**
     * The model that a file describes.
     *
     * @param context longest sequence; 0 for the file's
     */
    static Architecture architecture(GgufFile source, Path file, int context) {
        GgufModel g = new GgufModel(source, file);
        try {
            return switch (g.family) {
                case "gpt2" -> g.gpt2(context);
                case "llama" -> g.llama(context);
                default -> throw new CheckpointException(file, "general.architecture", "expected \"llama\" or \"gpt2\", found \"" + g.family + "\"");
            };
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file, g.family, e.getMessage(), e);
        }
    }

    private int number(String field) {
        return m.number(family + "." + field);
    }

    /** Bounded, for each layer is built before its weights are looked for. */
    private int layers() {
        int layers = number("block_count");
        if (layers > Architecture.MOST_LAYERS) {
            throw new CheckpointException(file, family + ".block_count", "expected at most " + Architecture.MOST_LAYERS + ", found " + layers);
        }
        return layers;
    }

    private int vocabulary() {
        return Math.toIntExact(Math.min(source.shape("token_embd.weight").getFirst(), Integer.MAX_VALUE));
    }

    private Architecture gpt2(int context) {
        GptConfig c = GptConfig.of(vocabulary(), number("context_length"), layers(), number("attention.head_count"),
                number("embedding_length"));
        double epsilon = m.real("gpt2.attention.layer_norm_epsilon", 1e-5);
        if ((float) epsilon != 1e-5f) throw new CheckpointException(file, "gpt2.attention.layer_norm_epsilon", "expected 1e-5, which is supported, found " + epsilon);
        if (context != 0 && context != c.context()) {
            throw new CheckpointException(file, "gpt2.context_length", "the context of learned positions is fixed at " + c.context() + ", asked for " + context);
        }
        if (source.names().contains("output.weight")) checkTied();
        return new Architecture(family, Gpt.of(c), NameTables.GGUF_GPT2, c.width() / c.heads());
    }

    /** Some files repeat the token table as output layer; another output layer is none of GPT-2. */
    private void checkTied() {
        List<Long> shape = source.shape("token_embd.weight");
        boolean same = source.shape("output.weight").equals(shape);
        float[] a = new float[Math.toIntExact(shape.getLast())];
        float[] b = new float[a.length];
        for (long r = 0; same && r < shape.getFirst(); r++) {
            source.row("token_embd.weight", r, a, 0);
            source.row("output.weight", r, b, 0);
            same = Arrays.equals(a, b);
        }
        if (!same) throw new CheckpointException(file, "output.weight", "expected the numbers of token_embd.weight, to which GPT-2 ties its output");
    }

    private Architecture llama(int context) {
        int heads = number("attention.head_count");
        int width = number("embedding_length");
        int headWidth = m.number("llama.attention.key_length", heads < 1 ? 0 : width / heads);
        if (m.number("llama.rope.dimension_count", headWidth) != headWidth) {
            throw new CheckpointException(file, "llama.rope.dimension_count", "expected " + headWidth + ", the width of a head, which is supported");
        }
        if (m.number("llama.attention.value_length", headWidth) != headWidth) {
            throw new CheckpointException(file, "llama.attention.value_length", "expected " + headWidth + " as for the keys");
        }
        if (!m.text("llama.rope.scaling.type", "none").equals("none")) {
            throw new CheckpointException(file, "llama.rope.scaling.type", "expected \"none\": scaled rotary positions are not supported");
        }
        if (m.number("llama.expert_count", 0) != 0) throw new CheckpointException(file, "llama.expert_count", "expected no experts, which are not supported");
        int keyHeads = m.number("llama.attention.head_count_kv", heads);
        boolean tied = !source.names().contains("output.weight");
        LlamaConfig c = new LlamaConfig(vocabulary(), context == 0 ? number("context_length") : context, layers(), heads,
                keyHeads, width, headWidth, number("feed_forward_length"),
                Double.parseDouble(Float.toString((float) m.real("llama.attention.layer_norm_rms_epsilon", 1e-5))),
                m.real("llama.rope.freq_base", 10_000), tied);
        return new Architecture(family, Llama.of(c), NameTables.GGUF_LLAMA, headWidth);
    }

    /** The vocabulary in the metadata. */
    static SubwordTokenizer tokenizer(GgufFile source, Path file) {
        GgufMetadata m = source.metadata();
        String kind = m.text("tokenizer.ggml.model");
        if (!kind.equals("gpt2")) {
            throw new CheckpointException(file, "tokenizer.ggml.model", "expected \"gpt2\", byte-level BPE, found \"" + kind
                    + "\": use the model's tokenizer.json instead");
        }
        List<String> tokens = m.texts("tokenizer.ggml.tokens");
        Map<String, Integer> special = new HashMap<>();
        if (m.has("tokenizer.ggml.token_type")) {
            List<Integer> types = m.numbers("tokenizer.ggml.token_type");
            if (types.size() != tokens.size()) {
                throw new CheckpointException(file, "tokenizer.ggml.token_type", "expected " + tokens.size() + " as there are tokens, found " + types.size());
            }
            for (int i = 0; i < tokens.size(); i++) {
                if (types.get(i) == CONTROL || types.get(i) == USER_DEFINED) special.put(tokens.get(i), i);
            }
        }
        return SubwordTokenizer.byteLevel(file, words(m, file), tokens, m.texts("tokenizer.ggml.merges"), special);
    }

    private static WordPattern words(GgufMetadata m, Path file) {
        String otherwise = m.text("general.architecture").equals("gpt2") ? "gpt-2" : "";
        String pre = m.text("tokenizer.ggml.pre", otherwise);
        return switch (pre) {
            case "gpt-2", "gpt2" -> WordPattern.GPT2;
            case "llama-bpe", "llama3", "llama-v3" -> WordPattern.LLAMA3;
            case "qwen2" -> WordPattern.QWEN2;
            case "gpt-4o" -> WordPattern.O200K;
            default -> throw new CheckpointException(file, "tokenizer.ggml.pre", "expected one of gpt-2, llama-bpe, qwen2, gpt-4o, found \"" + pre
                    + "\": use the model's tokenizer.json instead");
        };
    }
}
