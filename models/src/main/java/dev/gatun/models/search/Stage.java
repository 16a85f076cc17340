package dev.gatun.models.search;

import java.util.function.BooleanSupplier;

/**
 * A part of a trial that is to be run: up to a rung.
 *
 * @param number of the trial
 * @param point that is tried
 * @param rung from 0
 * @param share part of a full trial that is done when this stage is, in (0,1]
 * @param stopped asked by what runs the stage; true when the search wants to end
 */
public record Stage(int number, Point point, int rung, double share, BooleanSupplier stopped) {}
