package dev.gatun.models.formats;

import dev.gatun.models.bert.Bert;
import dev.gatun.models.bert.BertConfig;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.checkpoint.WeightSource;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.llama.LlamaConfig;
import java.util.Set;

/** Reads the {@code config.json} of a Hugging Face folder. What would change the computation and is not supported is refused. */
final class HuggingFaceConfig {
    private static final double GPT2_EPSILON = 1e-5;

    private final ConfigJson c;
    private final WeightSource weights;

    private HuggingFaceConfig(ConfigJson c, WeightSource weights) {
        this.c = c;
        this.weights = weights;
    }

    /**
     * The model that a configuration describes.
     *
     * @param context longest sequence; 0 for the configuration's
     * @param weights tell which heads a BERT has
     */
    static Architecture read(ConfigJson c, int context, WeightSource weights) {
        HuggingFaceConfig h = new HuggingFaceConfig(c, weights);
        String type = c.text("model_type");
        try {
            return switch (type) {
                case "gpt2" -> h.gpt2(context);
                case "llama", "mistral" -> h.llama(type, context);
                case "bert" -> h.bert(context);
                default -> throw c.wrong("model_type", "one of \"gpt2\", \"llama\", \"mistral\", \"bert\"");
            };
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(c.file(), type, e.getMessage(), e);
        }
    }

    private void one(String field, Set<String> supported, String otherwise) {
        if (!supported.contains(c.text(field, otherwise))) throw c.wrong(field, "one of " + supported + ", which are supported");
    }

    private void flag(String field, boolean supported, boolean otherwise) {
        if (c.flag(field, otherwise) != supported) throw c.wrong(field, supported + ", which is supported");
    }

    /** Bounded, for each layer is built before its weights are looked for. */
    private int layers(String field) {
        if (c.number(field) > Architecture.MOST_LAYERS) throw c.wrong(field, "at most " + Architecture.MOST_LAYERS);
        return c.number(field);
    }

    private Architecture gpt2(int context) {
        one("activation_function", Set.of("gelu_new", "gelu_pytorch_tanh"), "gelu_new");
        if (c.real("layer_norm_epsilon", GPT2_EPSILON) != GPT2_EPSILON) throw c.wrong("layer_norm_epsilon", GPT2_EPSILON + ", which is supported");
        flag("scale_attn_weights", true, true);
        flag("scale_attn_by_inverse_layer_idx", false, false);
        flag("tie_word_embeddings", true, true);
        flag("add_cross_attention", false, false);
        int width = c.number("n_embd");
        if (c.number("n_inner", 4 * width) != 4 * width) throw c.wrong("n_inner", "null or " + 4 * width + ", four times n_embd");
        int positions = fixedContext("n_positions", context);
        GptConfig config = GptConfig.of(c.number("vocab_size"), positions, layers("n_layer"), c.number("n_head"), width);
        return new Architecture("gpt2", Gpt.of(config), NameTables.HUGGING_FACE_GPT2, width / config.heads());
    }

    private int fixedContext(String field, int context) {
        int positions = c.number(field);
        if (context != 0 && context != positions) {
            throw new CheckpointException(c.file(), field, "the context of learned positions is fixed at " + positions + ", asked for " + context);
        }
        return positions;
    }

    private boolean has(String tensor) {
        return weights.names().contains(tensor);
    }

    private Architecture bert(int context) {
        one("hidden_act", Set.of("gelu"), "gelu");
        one("position_embedding_type", Set.of("absolute"), "absolute");
        flag("is_decoder", false, false);
        flag("add_cross_attention", false, false);
        boolean pooler = has("bert.pooler.dense.weight") || has("pooler.dense.weight");
        int classes = has("classifier.weight") ? Math.toIntExact(Math.min(weights.shape("classifier.weight").getFirst(), Integer.MAX_VALUE)) : 0;
        BertConfig config = new BertConfig(c.number("vocab_size"), fixedContext("max_position_embeddings", context), c.number("type_vocab_size", 2),
                layers("num_hidden_layers"), c.number("num_attention_heads"), c.number("hidden_size"), c.number("intermediate_size"),
                c.real("layer_norm_eps", 1e-12), pooler, has("cls.predictions.bias"), classes);
        return new Architecture("bert", Bert.of(config), NameTables.HUGGING_FACE_BERT, config.width() / config.heads());
    }

    private Architecture llama(String type, int context) {
        one("hidden_act", Set.of("silu", "swish"), "silu");
        flag("attention_bias", false, false);
        flag("mlp_bias", false, false);
        int positions = c.number("max_position_embeddings");
        if (c.has("sliding_window") && c.number("sliding_window") < (context == 0 ? positions : context)) {
            throw c.wrong("sliding_window", "null or at least the context of " + (context == 0 ? positions : context)
                    + ", for windows are not supported: a smaller context would fit");
        }
        int heads = c.number("num_attention_heads");
        int width = c.number("hidden_size");
        if (!c.has("head_dim") && (heads < 1 || width % heads != 0)) throw c.wrong("num_attention_heads", "a divisor of hidden_size");
        LlamaConfig config = new LlamaConfig(c.number("vocab_size"), context == 0 ? positions : context, layers("num_hidden_layers"),
                heads, c.number("num_key_value_heads", heads), width, c.number("head_dim", heads < 1 ? 0 : width / heads),
                c.number("intermediate_size"), c.real("rms_norm_eps", 1e-6), rotaryBase(), c.flag("tie_word_embeddings", false));
        return new Architecture(type, Llama.of(config), NameTables.HUGGING_FACE_LLAMA, config.headWidth());
    }

    /** Older files have {@code rope_theta} and {@code rope_scaling}, newer ones {@code rope_parameters}. */
    private double rotaryBase() {
        for (String field : new String[] {"rope_scaling", "rope_parameters"}) {
            if (!c.has(field)) continue;
            ConfigJson rope = c.at(field);
            String kind = rope.text("rope_type", rope.text("type", "default"));
            if (!kind.equals("default")) throw c.wrong(field, "null or the type \"default\": scaled rotary positions are not supported");
            if (rope.has("rope_theta")) return rope.real("rope_theta", 0);
        }
        return c.real("rope_theta", 10_000);
    }
}
