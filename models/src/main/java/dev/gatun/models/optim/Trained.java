package dev.gatun.models.optim;

import dev.gatun.graph.ops.Tensor;

/**
 * A parameter in a training graph.
 *
 * @param name of its state
 * @param value its tensor
 * @param gradient of the loss by it, of the same type
 */
public record Trained(String name, Tensor value, Tensor gradient) {}
