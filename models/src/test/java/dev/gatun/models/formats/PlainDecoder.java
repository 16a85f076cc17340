package dev.gatun.models.formats;

/** Forward passes of decoders as their papers state them: loops in double, no batch, weights by Hugging Face names. */
final class PlainDecoder {
    private PlainDecoder() {}

    static double[][] gpt2(Weights w, int[] ids, int heads) {
        float[] wte = w.get("transformer.wte.weight");
        float[] wpe = w.get("transformer.wpe.weight");
        int d = w.get("transformer.ln_f.weight").length;
        double[][] x = new double[ids.length][d];
        for (int t = 0; t < ids.length; t++) {
            for (int i = 0; i < d; i++) x[t][i] = wte[ids[t] * d + i] + wpe[t * d + i];
        }
        for (int l = 0; w.tensors.containsKey("transformer.h." + l + ".ln_1.weight"); l++) {
            String h = "transformer.h." + l;
            double[][] qkv = conv1d(w, h + ".attn.c_attn", layerNorm(w, h + ".ln_1", x));
            double[][] mixed = attention(part(qkv, 0, d), part(qkv, d, d), part(qkv, 2 * d, d), heads, heads);
            add(x, conv1d(w, h + ".attn.c_proj", mixed));
            double[][] inner = conv1d(w, h + ".mlp.c_fc", layerNorm(w, h + ".ln_2", x));
            for (double[] row : inner) {
                for (int i = 0; i < row.length; i++) {
                    double u = row[i];
                    row[i] = 0.5 * u * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (u + 0.044715 * u * u * u)));
                }
            }
            add(x, conv1d(w, h + ".mlp.c_proj", inner));
        }
        return linear(wte, layerNorm(w, "transformer.ln_f", x));
    }

    static double[][] llama(Weights w, int[] ids, Weights.LlamaSizes s) {
        float[] table = w.get("model.embed_tokens.weight");
        double[][] x = new double[ids.length][s.width()];
        for (int t = 0; t < ids.length; t++) {
            for (int i = 0; i < s.width(); i++) x[t][i] = table[ids[t] * s.width() + i];
        }
        for (int l = 0; l < s.layers(); l++) {
            String h = "model.layers." + l;
            double[][] n = rmsNorm(w.get(h + ".input_layernorm.weight"), x);
            double[][] q = rotated(linear(w.get(h + ".self_attn.q_proj.weight"), n), s.heads(), s.base());
            double[][] k = rotated(linear(w.get(h + ".self_attn.k_proj.weight"), n), s.keyHeads(), s.base());
            double[][] v = linear(w.get(h + ".self_attn.v_proj.weight"), n);
            add(x, linear(w.get(h + ".self_attn.o_proj.weight"), attention(q, k, v, s.heads(), s.keyHeads())));
            double[][] m = rmsNorm(w.get(h + ".post_attention_layernorm.weight"), x);
            double[][] gate = linear(w.get(h + ".mlp.gate_proj.weight"), m);
            double[][] up = linear(w.get(h + ".mlp.up_proj.weight"), m);
            for (int t = 0; t < x.length; t++) {
                for (int i = 0; i < up[t].length; i++) up[t][i] *= gate[t][i] / (1 + Math.exp(-gate[t][i]));
            }
            add(x, linear(w.get(h + ".mlp.down_proj.weight"), up));
        }
        double[][] last = rmsNorm(w.get("model.norm.weight"), x);
        return linear(s.tied() ? table : w.get("lm_head.weight"), last);
    }

    /** Weight {@code [in, out]}. */
    private static double[][] conv1d(Weights w, String name, double[][] x) {
        float[] weight = w.get(name + ".weight");
        float[] bias = w.get(name + ".bias");
        double[][] y = new double[x.length][bias.length];
        for (int t = 0; t < x.length; t++) {
            for (int o = 0; o < bias.length; o++) {
                y[t][o] = bias[o];
                for (int i = 0; i < x[t].length; i++) y[t][o] += x[t][i] * weight[i * bias.length + o];
            }
        }
        return y;
    }

    /** Weight {@code [out, in]}. */
    static double[][] linear(float[] weight, double[][] x) {
        int in = x[0].length;
        double[][] y = new double[x.length][weight.length / in];
        for (int t = 0; t < x.length; t++) {
            for (int o = 0; o < y[t].length; o++) {
                for (int i = 0; i < in; i++) y[t][o] += x[t][i] * weight[o * in + i];
            }
        }
        return y;
    }

    static double[][] layerNorm(float[] weight, float[] bias, double epsilon, double[][] x) {
        double[][] y = new double[x.length][x[0].length];
        for (int t = 0; t < x.length; t++) {
            double mean = 0;
            for (double v : x[t]) mean += v / x[t].length;
            double variance = 0;
            for (double v : x[t]) variance += (v - mean) * (v - mean) / x[t].length;
            for (int i = 0; i < y[t].length; i++) y[t][i] = (x[t][i] - mean) / Math.sqrt(variance + epsilon) * weight[i] + bias[i];
        }
        return y;
    }

    private static double[][] layerNorm(Weights w, String name, double[][] x) {
        return layerNorm(w.get(name + ".weight"), w.get(name + ".bias"), 1e-5, x);
    }

    private static double[][] rmsNorm(float[] weight, double[][] x) {
        double[][] y = new double[x.length][x[0].length];
        for (int t = 0; t < x.length; t++) {
            double square = 0;
            for (double v : x[t]) square += v * v / x[t].length;
            for (int i = 0; i < y[t].length; i++) y[t][i] = x[t][i] / Math.sqrt(square + 1e-5) * weight[i];
        }
        return y;
    }

    /** Turns dimension i against dimension i + half of each head. */
    private static double[][] rotated(double[][] x, int heads, double base) {
        int width = x[0].length / heads;
        double[][] y = new double[x.length][x[0].length];
        for (int t = 0; t < x.length; t++) {
            for (int h = 0; h < heads; h++) {
                for (int i = 0; i < width / 2; i++) {
                    double angle = t * Math.pow(base, -2.0 * i / width);
                    int a = h * width + i;
                    int b = a + width / 2;
                    y[t][a] = x[t][a] * Math.cos(angle) - x[t][b] * Math.sin(angle);
                    y[t][b] = x[t][b] * Math.cos(angle) + x[t][a] * Math.sin(angle);
                }
            }
        }
        return y;
    }

    private static double[][] attention(double[][] q, double[][] k, double[][] v, int heads, int keyHeads) {
        int width = q[0].length / heads;
        double[][] y = new double[q.length][q[0].length];
        for (int h = 0; h < heads; h++) {
            int kh = h / (heads / keyHeads);
            for (int t = 0; t < q.length; t++) {
                double[] p = new double[t + 1];
                double sum = 0;
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < width; i++) p[s] += q[t][h * width + i] * k[s][kh * width + i];
                    p[s] = Math.exp(p[s] / Math.sqrt(width));
                    sum += p[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < width; i++) y[t][h * width + i] += p[s] / sum * v[s][kh * width + i];
                }
            }
        }
        return y;
    }

    static double[][] part(double[][] x, int from, int width) {
        double[][] y = new double[x.length][];
        for (int t = 0; t < x.length; t++) y[t] = java.util.Arrays.copyOfRange(x[t], from, from + width);
        return y;
    }

    static void add(double[][] x, double[][] y) {
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < x[t].length; i++) x[t][i] += y[t][i];
        }
    }
}
