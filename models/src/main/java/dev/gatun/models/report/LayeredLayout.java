package dev.gatun.models.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Places for the boxes of a directed graph without cycles, in layers from the top down (Sugiyama, Tagawa and Toda, 1981):
 * a box lies below all that it depends on, a layer too wide for the picture wraps, and sweeps up and down move boxes
 * towards the mean of their neighbours.
 */
final class LayeredLayout {
    /** Width of a box. */
    static final double WIDTH = 150;
    /** Height of a box. */
    static final double HEIGHT = 26;

    private static final double PITCH_X = WIDTH + 18;
    private static final double PITCH_Y = HEIGHT + 26;
    private static final int SWEEPS = 12;

    private final List<List<Edge>> into;
    private final List<List<Edge>> from;
    private final int[] rows;
    private final double[] x;
    private final int columns;

    /**
     * A dependency.
     *
     * @param from number of a box
     * @param to number of a later box
     */
    record Edge(int from, int to) {}

    /**
     * Places boxes.
     *
     * @param boxes how many
     * @param edges from boxes of lower number to boxes of higher number
     * @param columns most boxes side by side
     */
    LayeredLayout(int boxes, List<Edge> edges, int columns) {
        if (columns < 1) throw new IllegalArgumentException("a layer holds at least one box, not " + columns);
        this.columns = columns;
        into = lists(boxes);
        from = lists(boxes);
        for (Edge e : edges) {
            if (e.from < 0 || e.from >= e.to || e.to >= boxes) throw new IllegalArgumentException(e + " does not lead forward within " + boxes + " boxes");
            into.get(e.to).add(e);
            from.get(e.from).add(e);
        }
        rows = new int[boxes];
        x = new double[boxes];
        List<List<Integer>> filled = wrapped(layers(boxes));
        for (int s = 0; s < SWEEPS; s++) {
            boolean down = s % 2 == 0;
            for (List<Integer> row : down ? filled : filled.reversed()) arrange(row, down ? into : from);
        }
    }

    private static List<List<Edge>> lists(int count) {
        List<List<Edge>> lists = new ArrayList<>();
        for (int i = 0; i < count; i++) lists.add(new ArrayList<>());
        return lists;
    }

    /** The longest way to each box; one that depends on nothing lies just above the first that needs it. */
    private int[] layers(int boxes) {
        int[] layer = new int[boxes];
        for (int i = 0; i < boxes; i++) {
            for (Edge e : into.get(i)) layer[i] = Math.max(layer[i], layer[e.from] + 1);
        }
        for (int i = 0; i < boxes; i++) {
            if (into.get(i).isEmpty()) layer[i] = Math.max(0, from.get(i).stream().mapToInt(e -> layer[e.to] - 1).min().orElse(0));
        }
        return layer;
    }

    private List<List<Integer>> wrapped(int[] layer) {
        List<List<Integer>> filled = new ArrayList<>();
        for (int l = 0; l <= Arrays.stream(layer).max().orElse(-1); l++) {
            List<Integer> row = null;
            for (int i = 0; i < layer.length; i++) {
                if (layer[i] != l) continue;
                if (row == null || row.size() == columns) filled.add(row = new ArrayList<>());
                rows[i] = filled.size() - 1;
                x[i] = row.size() * PITCH_X;
                row.add(i);
            }
        }
        return filled;
    }

    /** Orders a row by where its boxes would like to be, and puts each as near to it as its neighbours allow. */
    private void arrange(List<Integer> row, List<List<Edge>> neighbours) {
        double[] wish = new double[row.size()];
        for (int k = 0; k < wish.length; k++) wish[k] = wish(row.get(k), neighbours);
        List<Integer> order = new ArrayList<>();
        for (int k = 0; k < wish.length; k++) order.add(k);
        order.sort(Comparator.comparingDouble(k -> wish[k]));
        double[] place = new double[wish.length];
        double drift = 0;
        for (int k = 0; k < place.length; k++) {
            double want = wish[order.get(k)];
            place[k] = k == 0 ? want : Math.max(want, place[k - 1] + PITCH_X);
            drift += (want - place[k]) / place.length;
        }
        for (int k = place.length - 1; k >= 0; k--) {
            place[k] = Math.min(place[k] + drift, (k == place.length - 1 ? columns * PITCH_X : place[k + 1]) - PITCH_X);
        }
        for (int k = 0; k < place.length; k++) place[k] = Math.max(place[k], k == 0 ? 0 : place[k - 1] + PITCH_X);
        List<Integer> sorted = order.stream().map(row::get).toList();
        for (int k = 0; k < place.length; k++) {
            row.set(k, sorted.get(k));
            x[sorted.get(k)] = place[k];
        }
    }

    /** The mean of a box's neighbours, near ones first; where there are none, the place that it has. */
    private double wish(int box, List<List<Edge>> neighbours) {
        double sum = 0;
        double weight = 0;
        for (Edge e : neighbours.get(box)) {
            double near = 1.0 / (rows[e.to] - rows[e.from]);
            sum += near * x[e.from == box ? e.to : e.from];
            weight += near;
        }
        return weight == 0 ? x[box] : sum / weight;
    }

    /** Left edge of a box. */
    double x(int box) {
        return x[box];
    }

    /** Upper edge of a box. */
    double y(int box) {
        return rows[box] * PITCH_Y;
    }

    /** The row that a box lies in, from 0. */
    int row(int box) {
        return rows[box];
    }

    /** Width of what is drawn. */
    double width() {
        return Arrays.stream(x).max().orElse(0) + WIDTH;
    }

    /** Height of what is drawn. */
    double height() {
        return Arrays.stream(rows).max().orElse(0) * PITCH_Y + HEIGHT;
    }
}
