package dev.gatun.models.vision;

import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Tensor;

/** A model that scores the classes of an image; implemented by records, whose components hold its parameters. */
public interface ImageModel {
    /** Its sizes. */
    ImageConfig config();

    /** Scores: {@code [N,H,W,C] -> [N,classes]}. */
    Tensor logits(Tensor images);

    /** Mean negative log-likelihood in nats of labels, i32 {@code [N]}. */
    default Tensor loss(Tensor images, Tensor labels) {
        return CrossEntropy.mean(logits(images), labels);
    }
}
