package dev.gatun.models.search;

/**
 * What a sampler knows of an earlier proposal.
 *
 * @param point proposed
 * @param cost what is to be small; infinite when the trial failed, NaN while it is under way
 */
public record Tried(Point point, double cost) {}
