package dev.gatun.models.formats;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Tensors by their names in Hugging Face folders, {@code [out, in]} as there. */
final class Weights {
    record Tensor(int[] shape, float[] values) {}

    final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Random random;

    private Weights(long seed) {
        random = new Random(seed);
    }

    float[] get(String name) {
        Tensor t = tensors.get(name);
        if (t == null) throw new IllegalArgumentException("no " + name);
        return t.values;
    }

    private void add(String name, double mean, int... shape) {
        int n = 1;
        for (int d : shape) n *= d;
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) (mean + 0.25 * random.nextGaussian());
        tensors.put(name, new Tensor(shape, x));
    }

    private void pair(String name, double mean, int... shape) {
        add(name + ".weight", mean, shape);
        add(name + ".bias", 0, shape[shape.length - 1]);
    }

    static Weights gpt2(int vocabulary, int context, int width, int layers) {
        Weights w = new Weights(1);
        w.add("transformer.wte.weight", 0, vocabulary, width);
        w.add("transformer.wpe.weight", 0, context, width);
        for (int l = 0; l < layers; l++) {
            String h = "transformer.h." + l;
            w.pair(h + ".ln_1", 1, width);
            w.pair(h + ".attn.c_attn", 0, width, 3 * width);
            w.pair(h + ".attn.c_proj", 0, width, width);
            w.pair(h + ".ln_2", 1, width);
            w.pair(h + ".mlp.c_fc", 0, width, 4 * width);
            w.pair(h + ".mlp.c_proj", 0, 4 * width, width);
        }
        w.pair("transformer.ln_f", 1, width);
        return w;
    }

    /** The sizes of a Llama. */
    record LlamaSizes(int vocabulary, int width, int layers, int heads, int keyHeads, int headWidth, int hidden, double base, boolean tied) {}

    static Weights llama(LlamaSizes s) {
        Weights w = new Weights(2);
        w.add("model.embed_tokens.weight", 0, s.vocabulary, s.width);
        for (int l = 0; l < s.layers; l++) {
            String h = "model.layers." + l;
            w.add(h + ".input_layernorm.weight", 1, s.width);
            w.add(h + ".self_attn.q_proj.weight", 0, s.heads * s.headWidth, s.width);
            w.add(h + ".self_attn.k_proj.weight", 0, s.keyHeads * s.headWidth, s.width);
            w.add(h + ".self_attn.v_proj.weight", 0, s.keyHeads * s.headWidth, s.width);
            w.add(h + ".self_attn.o_proj.weight", 0, s.width, s.heads * s.headWidth);
            w.add(h + ".post_attention_layernorm.weight", 1, s.width);
            w.add(h + ".mlp.gate_proj.weight", 0, s.hidden, s.width);
            w.add(h + ".mlp.up_proj.weight", 0, s.hidden, s.width);
            w.add(h + ".mlp.down_proj.weight", 0, s.width, s.hidden);
        }
        w.add("model.norm.weight", 1, s.width);
        if (!s.tied) w.add("lm_head.weight", 0, s.vocabulary, s.width);
        return w;
    }

    private void layer(String name, int out, int in) {
        add(name + ".weight", 0, out, in);
        add(name + ".bias", 0, out);
    }

    /** An encoder with a head for tokens, a pooler and three classes. */
    static Weights bert(int vocabulary, int context, int width, int layers, int hidden) {
        Weights w = new Weights(3);
        w.add("bert.embeddings.word_embeddings.weight", 0, vocabulary, width);
        w.add("bert.embeddings.position_embeddings.weight", 0, context, width);
        w.add("bert.embeddings.token_type_embeddings.weight", 0, 2, width);
        w.pair("bert.embeddings.LayerNorm", 1, width);
        for (int l = 0; l < layers; l++) {
            String h = "bert.encoder.layer." + l;
            for (String part : new String[] {"query", "key", "value"}) w.layer(h + ".attention.self." + part, width, width);
            w.layer(h + ".attention.output.dense", width, width);
            w.pair(h + ".attention.output.LayerNorm", 1, width);
            w.layer(h + ".intermediate.dense", hidden, width);
            w.layer(h + ".output.dense", width, hidden);
            w.pair(h + ".output.LayerNorm", 1, width);
        }
        w.layer("bert.pooler.dense", width, width);
        w.layer("cls.predictions.transform.dense", width, width);
        w.pair("cls.predictions.transform.LayerNorm", 1, width);
        w.add("cls.predictions.bias", 0, vocabulary);
        w.layer("classifier", 3, width);
        return w;
    }

    /** With names changed. */
    Weights renamed(UnaryOperator<String> name) {
        Weights w = new Weights(0);
        tensors.forEach((n, t) -> w.tensors.put(name.apply(n), t));
        return w;
    }

    /** With numbers rounded. */
    Weights rounded(UnaryOperator<float[]> round) {
        Weights w = new Weights(0);
        tensors.forEach((n, t) -> w.tensors.put(n, new Tensor(t.shape, round.apply(t.values.clone()))));
        return w;
    }
}
