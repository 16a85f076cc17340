package dev.gatun.models.train;

import java.util.ArrayList;
import java.util.List;

/**
 * Looks for a learning rate (Smith, 2017): trains while the rate grows from step to step by the same factor, until the
 * loss runs away. The rate to train with is where the loss falls the fastest, well before it starts to rise.
 */
public final class LearningRateFinder {
    /** Weight of the past in the smoothed loss. */
    private static final double SMOOTHING = 0.9;
    /** How many times the best loss counts as running away. */
    private static final double AWAY = 3;

    /**
     * A step of the search.
     *
     * @param rate learning rate
     * @param loss smoothed training loss
     */
    public record Point(double rate, double loss) {}

    /**
     * What was found.
     *
     * @param points by rate, the one that ran away left out
     * @param suggestion where the loss fell the fastest
     */
    public record Found(List<Point> points, double suggestion) {
        public Found {
            points = List.copyOf(points);
        }
    }

    private LearningRateFinder() {}

    /**
     * Searches. The trainer's weights are of no more use afterwards.
     *
     * @param trainer at its start
     * @param from first rate
     * @param to last rate
     * @param steps at most, 10 or more
     * @throws TrainingException when the loss runs away before there is a curve
     */
    public static Found find(Trainer trainer, double from, double to, int steps) {
        if (!(from > 0 && to > from) || steps < 10) {
            throw new IllegalArgumentException("a search needs rates 0 < from < to and 10 steps, got " + from + ", " + to + " and " + steps);
        }
        List<Point> points = new ArrayList<>();
        double sum = 0;
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < steps; i++) {
            double rate = from * Math.pow(to / from, (double) i / (steps - 1));
            double loss;
            try {
                loss = trainer.train(rate);
            } catch (TrainingException e) {
                break; // no number: it ran away
            }
            sum = SMOOTHING * sum + (1 - SMOOTHING) * loss;
            double smooth = sum / (1 - Math.pow(SMOOTHING, i + 1)); // as if it had not started at zero
            if (smooth > AWAY * best) break;
            best = Math.min(best, smooth);
            points.add(new Point(rate, smooth));
        }
        if (points.size() < 10) {
            throw new TrainingException("the loss ran away after " + points.size() + " steps at learning rate " + from + ": start lower");
        }
        return new Found(points, suggestion(points));
    }

    /** The rate of the steepest fall over the logarithm of the rate, before the lowest loss. */
    static double suggestion(List<Point> points) {
        int lowest = 0;
        for (int i = 1; i < points.size(); i++) if (points.get(i).loss < points.get(lowest).loss) lowest = i;
        int steepest = 0;
        double most = 0;
        for (int i = 1; i < lowest; i++) {
            double slope = (points.get(i + 1).loss - points.get(i - 1).loss)
                    / Math.log(points.get(i + 1).rate / points.get(i - 1).rate);
            if (slope < most) {
                most = slope;
                steepest = i;
            }
        }
        return points.get(steepest).rate;
    }
}
