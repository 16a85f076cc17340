package dev.gatun.models.data.image;

/**
 * Two parts of a dataset that have no image in common.
 *
 * @param train what to train on
 * @param validation what to validate with
 */
public record ImageSplit(ImageSubset train, ImageSubset validation) {}
