package dev.gatun.models.formats;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.models.bert.Bert;
import dev.gatun.models.bert.BertConfig;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.llama.LlamaConfig;

/**
 * How a model is described to others.
 *
 * @param config the content of {@code config.json}
 * @param table names of its weights
 */
record HuggingFaceFamily(ObjectNode config, NameTable table) {
    /**
     * The family of a model.
     *
     * @throws IllegalArgumentException when there is none
     */
    static HuggingFaceFamily of(Record model) {
        return switch (model) {
            case Gpt g when g.config().positions() == GptConfig.Positions.LEARNED ->
                    new HuggingFaceFamily(gpt2(g.config()), NameTables.HUGGING_FACE_GPT2);
            case Gpt g -> throw new IllegalArgumentException("GPT-2 has learned positions, this model rotary ones: it has no place in a Hugging Face folder");
            case Bert b -> new HuggingFaceFamily(bert(b.config()), NameTables.HUGGING_FACE_BERT);
            case Llama l -> new HuggingFaceFamily(llama(l.config()), NameTables.HUGGING_FACE_LLAMA);
            default -> throw new IllegalArgumentException("a " + model.getClass().getSimpleName() + " has no place in a Hugging Face folder");
        };
    }

    private static ObjectNode family(String architecture, String type) {
        ObjectNode c = JsonNodeFactory.instance.objectNode();
        c.putArray("architectures").add(architecture);
        return c.put("model_type", type);
    }

    private static ObjectNode gpt2(GptConfig g) {
        return family("GPT2LMHeadModel", "gpt2")
                .put("vocab_size", g.vocabulary())
                .put("n_positions", g.context())
                .put("n_ctx", g.context())
                .put("n_embd", g.width())
                .put("n_layer", g.layers())
                .put("n_head", g.heads())
                .putNull("n_inner")
                .put("activation_function", "gelu_new")
                .put("layer_norm_epsilon", 1e-5)
                .put("attn_pdrop", g.dropout())
                .put("embd_pdrop", g.dropout())
                .put("resid_pdrop", g.dropout())
                .put("tie_word_embeddings", true);
    }

    private static ObjectNode bert(BertConfig b) {
        String architecture = b.classes() > 0 ? "BertForSequenceClassification" : b.tokenHead() ? "BertForMaskedLM" : "BertModel";
        ObjectNode c = family(architecture, "bert")
                .put("vocab_size", b.vocabulary())
                .put("max_position_embeddings", b.context())
                .put("type_vocab_size", b.segments())
                .put("hidden_size", b.width())
                .put("num_hidden_layers", b.layers())
                .put("num_attention_heads", b.heads())
                .put("intermediate_size", b.hidden())
                .put("hidden_act", "gelu")
                .put("position_embedding_type", "absolute")
                .put("layer_norm_eps", b.epsilon());
        for (int i = 0; i < b.classes(); i++) c.withObject("/id2label").put(Integer.toString(i), "LABEL_" + i);
        return c;
    }

    private static ObjectNode llama(LlamaConfig l) {
        return family("LlamaForCausalLM", "llama")
                .put("vocab_size", l.vocabulary())
                .put("max_position_embeddings", l.context())
                .put("hidden_size", l.width())
                .put("intermediate_size", l.hidden())
                .put("num_hidden_layers", l.layers())
                .put("num_attention_heads", l.heads())
                .put("num_key_value_heads", l.keyHeads())
                .put("head_dim", l.headWidth())
                .put("hidden_act", "silu")
                .put("rms_norm_eps", l.epsilon())
                .put("rope_theta", l.rotaryBase())
                .putNull("rope_scaling")
                .put("attention_bias", false)
                .put("mlp_bias", false)
                .put("tie_word_embeddings", l.tied());
    }
}
