package dev.gatun.models.bert;

import dev.gatun.models.layers.LayerNorm;
import dev.gatun.models.layers.Linear;
import dev.gatun.models.layers.Parameter;

/**
 * Scores tokens by the token table: {@code norm(gelu(transform(x))) W^T + bias}.
 *
 * @param transform {@code [width, width]}
 * @param norm behind it
 * @param bias {@code [vocabulary]}
 */
public record TokenHead(Linear transform, LayerNorm norm, Parameter bias) {}
