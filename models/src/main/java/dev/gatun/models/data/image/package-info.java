/**
 * Labelled images off the heap, where they come from, and the loader that turns them into training batches.
 *
 * <p>A source ({@link dev.gatun.models.data.image.ImageFormat}, {@link dev.gatun.models.data.image.SyntheticDigits})
 * gives an {@link dev.gatun.models.data.image.ImageDataset} of bytes {@code [N,H,W,C]}; an
 * {@link dev.gatun.models.data.image.ImageLoader} gives batches of f32 {@code [N,H,W,C]}, augmented and normalized.
 */
package dev.gatun.models.data.image;
