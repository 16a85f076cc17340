package dev.gatun.models.formats;

/** The names of each family of models in each format. */
final class NameTables {
    private NameTables() {}

    /** GPT-2's matrices stand as {@code [in, out]} already ("Conv1D"). */
    static final NameTable HUGGING_FACE_GPT2 = NameTable.of("""
            tokens.weight                          [transformer.]wte.weight
            positions.weight                       [transformer.]wpe.weight
            layers.#.attentionNorm.weight          [transformer.]h.#.ln_1.weight
            layers.#.attentionNorm.bias            [transformer.]h.#.ln_1.bias
            layers.#.attention.qkv.weight          [transformer.]h.#.attn.c_attn.weight
            layers.#.attention.qkv.bias            [transformer.]h.#.attn.c_attn.bias
            layers.#.attention.projection.weight   [transformer.]h.#.attn.c_proj.weight
            layers.#.attention.projection.bias     [transformer.]h.#.attn.c_proj.bias
            layers.#.mlpNorm.weight                [transformer.]h.#.ln_2.weight
            layers.#.mlpNorm.bias                  [transformer.]h.#.ln_2.bias
            layers.#.mlp.up.weight                 [transformer.]h.#.mlp.c_fc.weight
            layers.#.mlp.up.bias                   [transformer.]h.#.mlp.c_fc.bias
            layers.#.mlp.down.weight               [transformer.]h.#.mlp.c_proj.weight
            layers.#.mlp.down.bias                 [transformer.]h.#.mlp.c_proj.bias
            norm.weight                            [transformer.]ln_f.weight
            norm.bias                              [transformer.]ln_f.bias
            -                                      [transformer.]h.#.attn.bias
            -                                      [transformer.]h.#.attn.masked_bias
            -                                      lm_head.weight
            """);

    static final NameTable HUGGING_FACE_LLAMA = NameTable.of("""
            tokens.weight                          [model.]embed_tokens.weight
            layers.#.attentionNorm.weight          [model.]layers.#.input_layernorm.weight
            layers.#.attention.query.weight        [model.]layers.#.self_attn.q_proj.weight      transposed
            layers.#.attention.key.weight          [model.]layers.#.self_attn.k_proj.weight      transposed
            layers.#.attention.value.weight        [model.]layers.#.self_attn.v_proj.weight      transposed
            layers.#.attention.projection.weight   [model.]layers.#.self_attn.o_proj.weight      transposed
            layers.#.mlpNorm.weight                [model.]layers.#.post_attention_layernorm.weight
            layers.#.mlp.gate.weight               [model.]layers.#.mlp.gate_proj.weight         transposed
            layers.#.mlp.up.weight                 [model.]layers.#.mlp.up_proj.weight           transposed
            layers.#.mlp.down.weight               [model.]layers.#.mlp.down_proj.weight         transposed
            norm.weight                            [model.]norm.weight
            output.weight                          lm_head.weight                                transposed
            -                                      [model.]layers.#.self_attn.rotary_emb.inv_freq
            """);

    /** The head for the next sentence, which pre-training has, is not read. */
    static final NameTable HUGGING_FACE_BERT = NameTable.of("""
            tokens.weight                          [bert.]embeddings.word_embeddings.weight
            positions.weight                       [bert.]embeddings.position_embeddings.weight
            segments.weight                        [bert.]embeddings.token_type_embeddings.weight
            norm.weight                            [bert.]embeddings.LayerNorm.weight|[bert.]embeddings.LayerNorm.gamma
            norm.bias                              [bert.]embeddings.LayerNorm.bias|[bert.]embeddings.LayerNorm.beta
            layers.#.query.weight                  [bert.]encoder.layer.#.attention.self.query.weight    transposed
            layers.#.query.bias                    [bert.]encoder.layer.#.attention.self.query.bias
            layers.#.key.weight                    [bert.]encoder.layer.#.attention.self.key.weight      transposed
            layers.#.key.bias                      [bert.]encoder.layer.#.attention.self.key.bias
            layers.#.value.weight                  [bert.]encoder.layer.#.attention.self.value.weight    transposed
            layers.#.value.bias                    [bert.]encoder.layer.#.attention.self.value.bias
            layers.#.projection.weight             [bert.]encoder.layer.#.attention.output.dense.weight  transposed
            layers.#.projection.bias               [bert.]encoder.layer.#.attention.output.dense.bias
            layers.#.attentionNorm.weight          [bert.]encoder.layer.#.attention.output.LayerNorm.weight|[bert.]encoder.layer.#.attention.output.LayerNorm.gamma
            layers.#.attentionNorm.bias            [bert.]encoder.layer.#.attention.output.LayerNorm.bias|[bert.]encoder.layer.#.attention.output.LayerNorm.beta
            layers.#.up.weight                     [bert.]encoder.layer.#.intermediate.dense.weight      transposed
            layers.#.up.bias                       [bert.]encoder.layer.#.intermediate.dense.bias
            layers.#.down.weight                   [bert.]encoder.layer.#.output.dense.weight            transposed
            layers.#.down.bias                     [bert.]encoder.layer.#.output.dense.bias
            layers.#.norm.weight                   [bert.]encoder.layer.#.output.LayerNorm.weight|[bert.]encoder.layer.#.output.LayerNorm.gamma
            layers.#.norm.bias                     [bert.]encoder.layer.#.output.LayerNorm.bias|[bert.]encoder.layer.#.output.LayerNorm.beta
            pooler.weight                          [bert.]pooler.dense.weight                            transposed
            pooler.bias                            [bert.]pooler.dense.bias
            tokenHead.transform.weight             cls.predictions.transform.dense.weight                transposed
            tokenHead.transform.bias               cls.predictions.transform.dense.bias
            tokenHead.norm.weight                  cls.predictions.transform.LayerNorm.weight|cls.predictions.transform.LayerNorm.gamma
            tokenHead.norm.bias                    cls.predictions.transform.LayerNorm.bias|cls.predictions.transform.LayerNorm.beta
            tokenHead.bias                         cls.predictions.bias
            classifier.weight                      classifier.weight                                     transposed
            classifier.bias                        classifier.bias
            -                                      cls.predictions.decoder.weight
            -                                      cls.predictions.decoder.bias
            -                                      cls.seq_relationship.weight
            -                                      cls.seq_relationship.bias
            -                                      [bert.]embeddings.position_ids
            """);

    static final NameTable GGUF_GPT2 = NameTable.of("""
            tokens.weight                          token_embd.weight
            positions.weight                       position_embd.weight
            layers.#.attentionNorm.weight          blk.#.attn_norm.weight
            layers.#.attentionNorm.bias            blk.#.attn_norm.bias
            layers.#.attention.qkv.weight          blk.#.attn_qkv.weight                         transposed
            layers.#.attention.qkv.bias            blk.#.attn_qkv.bias
            layers.#.attention.projection.weight   blk.#.attn_output.weight                      transposed
            layers.#.attention.projection.bias     blk.#.attn_output.bias
            layers.#.mlpNorm.weight                blk.#.ffn_norm.weight
            layers.#.mlpNorm.bias                  blk.#.ffn_norm.bias
            layers.#.mlp.up.weight                 blk.#.ffn_up.weight                           transposed
            layers.#.mlp.up.bias                   blk.#.ffn_up.bias
            layers.#.mlp.down.weight               blk.#.ffn_down.weight                         transposed
            layers.#.mlp.down.bias                 blk.#.ffn_down.bias
            norm.weight                            output_norm.weight
            norm.bias                              output_norm.bias
            -                                      output.weight
            """);

    static final NameTable GGUF_LLAMA = NameTable.of("""
            tokens.weight                          token_embd.weight
            layers.#.attentionNorm.weight          blk.#.attn_norm.weight
            layers.#.attention.query.weight        blk.#.attn_q.weight                           interleaved
            layers.#.attention.key.weight          blk.#.attn_k.weight                           interleaved
            layers.#.attention.value.weight        blk.#.attn_v.weight                           transposed
            layers.#.attention.projection.weight   blk.#.attn_output.weight                      transposed
            layers.#.mlpNorm.weight                blk.#.ffn_norm.weight
            layers.#.mlp.gate.weight               blk.#.ffn_gate.weight                         transposed
            layers.#.mlp.up.weight                 blk.#.ffn_up.weight                           transposed
            layers.#.mlp.down.weight               blk.#.ffn_down.weight                         transposed
            norm.weight                            output_norm.weight
            output.weight                          output.weight                                 transposed
            """);
}
