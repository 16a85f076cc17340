package dev.gatun.models.train;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** How validation has gone: the best loss, and for how long there has been no better one. */
final class Improvement {
    private double best = Double.POSITIVE_INFINITY;
    private long bestStep;
    private int waited;
    private int waitedForRate;
    private int reductions;

    /**
     * Takes in a validation.
     *
     * @param patience validations without a better loss after which the learning rate is reduced; 0 for never
     */
    void see(long step, double loss, int patience) {
        if (loss < best) {
            best = loss;
            bestStep = step;
            waited = 0;
            waitedForRate = 0;
            return;
        }
        waited++;
        if (patience > 0 && ++waitedForRate == patience) {
            reductions++;
            waitedForRate = 0;
        }
    }

    /** Best loss, infinite before the first validation. */
    double best() {
        return best;
    }

    long bestStep() {
        return bestStep;
    }

    /** Validations since the best one. */
    int waited() {
        return waited;
    }

    /** How often the learning rate has been reduced. */
    int reductions() {
        return reductions;
    }

    void write(ObjectNode into) {
        if (Double.isFinite(best)) into.put("best", best);
        into.put("bestStep", bestStep).put("waited", waited).put("waitedForRate", waitedForRate).put("reductions", reductions);
    }

    void read(ConfigFields from) {
        best = from.has("best") ? from.real("best") : Double.POSITIVE_INFINITY;
        bestStep = from.count("bestStep");
        waited = from.whole("waited");
        waitedForRate = from.whole("waitedForRate");
        reductions = from.whole("reductions");
    }
}
