package dev.gatun.models.formats;

/** BERT's forward pass as its paper states it: loops in double, no batch, no padding, weights by Hugging Face names. */
final class PlainEncoder {
    private PlainEncoder() {}

    static double[][] hidden(Weights w, int[] ids, int[] segments, int heads) {
        int d = w.get("bert.embeddings.LayerNorm.weight").length;
        double[][] x = new double[ids.length][d];
        for (int t = 0; t < ids.length; t++) {
            for (int i = 0; i < d; i++) {
                x[t][i] = w.get("bert.embeddings.word_embeddings.weight")[ids[t] * d + i]
                        + w.get("bert.embeddings.position_embeddings.weight")[t * d + i]
                        + w.get("bert.embeddings.token_type_embeddings.weight")[segments[t] * d + i];
            }
        }
        x = norm(w, "bert.embeddings.LayerNorm", x);
        for (int l = 0; w.tensors.containsKey("bert.encoder.layer." + l + ".output.dense.bias"); l++) {
            String h = "bert.encoder.layer." + l;
            double[][] mixed = attention(dense(w, h + ".attention.self.query", x), dense(w, h + ".attention.self.key", x),
                    dense(w, h + ".attention.self.value", x), heads);
            PlainDecoder.add(x, dense(w, h + ".attention.output.dense", mixed));
            x = norm(w, h + ".attention.output.LayerNorm", x);
            double[][] inner = gelu(dense(w, h + ".intermediate.dense", x));
            PlainDecoder.add(x, dense(w, h + ".output.dense", inner));
            x = norm(w, h + ".output.LayerNorm", x);
        }
        return x;
    }

    static double[][] tokenScores(Weights w, double[][] hidden) {
        double[][] y = norm(w, "cls.predictions.transform.LayerNorm", gelu(dense(w, "cls.predictions.transform.dense", hidden)));
        double[][] scores = PlainDecoder.linear(w.get("bert.embeddings.word_embeddings.weight"), y);
        for (double[] row : scores) {
            for (int i = 0; i < row.length; i++) row[i] += w.get("cls.predictions.bias")[i];
        }
        return scores;
    }

    static double[][] classScores(Weights w, double[][] hidden) {
        double[][] pooled = dense(w, "bert.pooler.dense", new double[][] {hidden[0]});
        for (int i = 0; i < pooled[0].length; i++) pooled[0][i] = Math.tanh(pooled[0][i]);
        return dense(w, "classifier", pooled);
    }

    private static double[][] dense(Weights w, String name, double[][] x) {
        double[][] y = PlainDecoder.linear(w.get(name + ".weight"), x);
        for (double[] row : y) {
            for (int i = 0; i < row.length; i++) row[i] += w.get(name + ".bias")[i];
        }
        return y;
    }

    private static double[][] norm(Weights w, String name, double[][] x) {
        return PlainDecoder.layerNorm(w.get(name + ".weight"), w.get(name + ".bias"), 1e-12, x);
    }

    private static double[][] gelu(double[][] x) {
        for (double[] row : x) {
            for (int i = 0; i < row.length; i++) row[i] *= 0.5 * (1 + erf(row[i] / Math.sqrt(2)));
        }
        return x;
    }

    /** By its series, which is exact enough for the numbers that occur. */
    private static double erf(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return Math.abs(x) > 5 ? Math.signum(x) : 2 / Math.sqrt(Math.PI) * sum;
    }

    private static double[][] attention(double[][] q, double[][] k, double[][] v, int heads) {
        int width = q[0].length / heads;
        double[][] y = new double[q.length][q[0].length];
        for (int h = 0; h < heads; h++) {
            for (int t = 0; t < q.length; t++) {
                double[] p = new double[k.length];
                double sum = 0;
                for (int s = 0; s < k.length; s++) {
                    for (int i = 0; i < width; i++) p[s] += q[t][h * width + i] * k[s][h * width + i];
                    p[s] = Math.exp(p[s] / Math.sqrt(width));
                    sum += p[s];
                }
                for (int s = 0; s < k.length; s++) {
                    for (int i = 0; i < width; i++) y[t][h * width + i] += p[s] / sum * v[s][h * width + i];
                }
            }
        }
        return y;
    }
}
