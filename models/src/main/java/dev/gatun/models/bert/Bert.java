package dev.gatun.models.bert;

import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.layers.Embedding;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.LayerNorm;
import dev.gatun.models.layers.Linear;
import dev.gatun.models.layers.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * An encoder (Devlin et al., 2018): post-norm blocks in which every place sees all others, embeddings of tokens, positions
 * and segments, exact GELU. Weights start normal with deviation 0.02.
 *
 * @param config sizes
 * @param tokens token table {@code [vocabulary, width]}, also the output layer of the token head
 * @param positions {@code [context, width]}
 * @param segments {@code [segments, width]}
 * @param norm behind the embeddings
 * @param layers blocks
 * @param pooler of the first place
 * @param tokenHead scores masked tokens
 * @param classifier scores classes, behind the pooler
 */
public record Bert(BertConfig config, Embedding tokens, Embedding positions, Embedding segments, LayerNorm norm, List<BertBlock> layers,
        Optional<Linear> pooler, Optional<TokenHead> tokenHead, Optional<Linear> classifier) {
    /** Name of this kind of model in {@code config.json}. */
    public static final String KIND = "bert";

    private static final double DEVIATION = 0.02;

    public Bert {
        layers = List.copyOf(layers);
    }

    /** A model of given sizes. */
    public static Bert of(BertConfig c) {
        Initializer w = new Initializer.Normal(DEVIATION);
        int d = c.width();
        return new Bert(
                c,
                Embedding.of(c.vocabulary(), d, w),
                Embedding.of(c.context(), d, w),
                Embedding.of(c.segments(), d, w),
                norm(c),
                IntStream.range(0, c.layers()).mapToObj(i -> new BertBlock(Linear.of(d, d, w), Linear.of(d, d, w), Linear.of(d, d, w),
                        Linear.of(d, d, w), norm(c), Linear.of(d, c.hidden(), w), Linear.of(c.hidden(), d, w), norm(c), c.heads())).toList(),
                c.pooler() ? Optional.of(Linear.of(d, d, w)) : Optional.empty(),
                c.tokenHead() ? Optional.of(new TokenHead(Linear.of(d, d, w), norm(c),
                        new Parameter(TensorType.of(DType.F32, c.vocabulary()), Initializer.ZEROS))) : Optional.empty(),
                c.classes() > 0 ? Optional.of(Linear.of(d, c.classes(), w)) : Optional.empty());
    }

    private static LayerNorm norm(BertConfig c) {
        TensorType type = TensorType.of(DType.F32, c.width());
        return new LayerNorm(new Parameter(type, Initializer.ONES), new Parameter(type, Initializer.ZEROS), c.epsilon());
    }

    /**
     * Hidden vectors, {@code [batch, time, width]}.
     *
     * @param ids i32 {@code [batch, time]}, time at most the context
     * @param segment i32 like ids: which text a token belongs to
     * @param mask i32 like ids: 1 for tokens, 0 for places that are filled up
     */
    public Tensor hidden(Tensor ids, Tensor segment, Tensor mask) {
        int time = ids.shape().dim(1);
        if (time > config.context()) {
            throw new IllegalArgumentException("Bert: " + time + " tokens do not fit into the context of " + config.context());
        }
        Tensor x = tokens.apply(ids).add(segments.apply(segment)).add(positions.weight().tensor().slice(0, 0, time));
        Tensor y = norm.apply(x);
        for (BertBlock block : layers) y = block.apply(y, mask);
        return y;
    }

    /** One vector for each sequence, {@code tanh} of a linear layer over its first place: {@code [batch, width]}. */
    public Tensor pooled(Tensor hidden) {
        Linear layer = pooler.orElseThrow(() -> new IllegalStateException("this model has no pooler"));
        return layer.apply(hidden.slice(1, 0, 1).reshape(hidden.shape().dim(0), config.width())).tanh();
    }

    /** Scores of the token at each place, {@code [batch, time, vocabulary]}. */
    public Tensor tokenScores(Tensor hidden) {
        TokenHead head = tokenHead.orElseThrow(() -> new IllegalStateException("this model has no head for tokens"));
        Tensor y = head.norm().apply(head.transform().apply(hidden).apply(new Gelu(false)));
        return tokens.project(y).add(head.bias().tensor());
    }

    /** Scores of the classes of each sequence, {@code [batch, classes]}. */
    public Tensor classScores(Tensor hidden) {
        Linear head = classifier.orElseThrow(() -> new IllegalStateException("this model has no head for classes"));
        return head.apply(pooled(hidden));
    }

    /** What a model is built with, as {@code config.json} has it. */
    public Map<String, Object> sizes() {
        Map<String, Object> sizes = new LinkedHashMap<>();
        sizes.put("vocabulary", config.vocabulary());
        sizes.put("context", config.context());
        sizes.put("segments", config.segments());
        sizes.put("layers", config.layers());
        sizes.put("heads", config.heads());
        sizes.put("width", config.width());
        sizes.put("hidden", config.hidden());
        sizes.put("epsilon", config.epsilon());
        sizes.put("pooler", config.pooler());
        sizes.put("tokenHead", config.tokenHead());
        sizes.put("classes", config.classes());
        return sizes;
    }
}
