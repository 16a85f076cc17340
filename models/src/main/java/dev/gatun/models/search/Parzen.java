package dev.gatun.models.search;

import dev.gatun.graph.ops.SpecialFunctions;
import java.util.Arrays;
import java.util.List;

/**
 * A density over a space, made of one product of kernels around each of some points and a uniform one. A number's kernel
 * is a normal distribution cut off at the ends of [0,1]; a choice's has most of its mass on the value itself and the rest
 * on all values alike (Aitchison and Aitken, 1976). Points, kernels and density are over positions.
 */
final class Parzen {
    /** Width of a kernel of one point alone, in parts of the range. */
    private static final double WIDTH = 0.2;
    /** Kernels are at least so wide, in parts of the range, however many there are. */
    private static final double NARROWEST = 0.01;
    private static final double SQRT_HALF = Math.sqrt(0.5);

    private final SearchSpace space;
    private final List<double[]> centers;
    private final double width;
    /** By point and dimension, the factor that makes a number's kernel a density. */
    private final double[][] heights;

    /**
     * A density.
     *
     * @param centers positions of the points
     */
    Parzen(SearchSpace space, List<double[]> centers) {
        this.space = space;
        this.centers = centers;
        // Scott's rule for the dimensions of a product of kernels: widths fall as n^(-1/(d+4))
        width = Math.max(NARROWEST, WIDTH * Math.pow(Math.max(1, centers.size()), -1.0 / (space.dimensions().size() + 4)));
        heights = centers.stream().map(c -> Arrays.stream(c).map(this::height).toArray()).toArray(double[][]::new);
    }

    private double height(double center) {
        double inside = 0.5 * (SpecialFunctions.erf((1 - center) / width * SQRT_HALF) + SpecialFunctions.erf(center / width * SQRT_HALF));
        return 1 / (Math.sqrt(2 * Math.PI) * width * inside);
    }

    /** Draws positions. */
    double[] draw(Chance chance) {
        int which = chance.below(centers.size() + 1);
        double[] x = new double[space.dimensions().size()];
        for (int d = 0; d < x.length; d++) {
            x[d] = which == centers.size() ? chance.uniform() : draw(chance, space.dimensions().get(d), centers.get(which)[d]);
        }
        return x;
    }

    private double draw(Chance chance, Dimension dimension, double center) {
        if (dimension instanceof Choice c) return chance.uniform() < spread(c) ? chance.uniform() : center;
        double x;
        do x = center + width * chance.gaussian();
        while (x < 0 || x >= 1); // a center lies inside, so that a third of the draws at least do too
        return x;
    }

    /** Mass of a choice's kernel that goes to all values alike. */
    private double spread(Choice c) {
        return c.values().size() == 1 ? 1 : Math.min(1, 2 * width);
    }

    /** Logarithm of the density. */
    double logDensity(double[] x) {
        double sum = 1; // the uniform one
        for (int i = 0; i < centers.size(); i++) {
            double product = 1;
            for (int d = 0; d < x.length; d++) product *= kernel(space.dimensions().get(d), x[d], centers.get(i)[d], heights[i][d]);
            sum += product;
        }
        return Math.log(sum / (centers.size() + 1));
    }

    private double kernel(Dimension dimension, double x, double center, double height) {
        if (dimension instanceof Choice c) {
            int n = c.values().size();
            return spread(c) + ((int) (x * n) == (int) (center * n) ? (1 - spread(c)) * n : 0);
        }
        double z = (x - center) / width;
        return height * Math.exp(-0.5 * z * z);
    }
}
