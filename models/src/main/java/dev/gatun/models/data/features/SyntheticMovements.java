package dev.gatun.models.data.features;

import dev.gatun.models.data.image.Draws;
import dev.gatun.models.data.image.Part;
import java.util.List;

/**
 * Videos that nobody filmed: a bright rectangle that moves in one of four directions over a noisy ground and comes back at
 * the other edge. No single frame tells its class. Accuracy on them says nothing about accuracy on films. Example {@code i}
 * is of class {@code i % 4} and depends on seed, part and {@code i} alone.
 */
public final class SyntheticMovements {
    /** The classes. */
    public static final List<String> CLASSES = List.of("down", "left", "right", "up");

    private static final int TRAIN_STREAM = 0x6d6f7672; // two streams: no video of one part is in the other
    private static final int TEST_STREAM = 0x6d6f7665;

    private SyntheticMovements() {}

    /** Makes {@code count} videos of the reader's size. */
    public static LabelledGrids draw(Part part, int count, long seed, VideoReader reader) {
        Draws draws = new Draws(seed, part == Part.TRAIN ? TRAIN_STREAM : TEST_STREAM);
        return LabelledGrids.drawn("synthetic movements (seed " + seed + ")", reader, CLASSES, count, i -> video(draws.at(0, i), i % CLASSES.size(), reader));
    }

    private static float[] video(Draws draws, int label, VideoReader r) {
        int rows = r.rows();
        int columns = r.columns();
        int frames = r.channels();
        int down = label == 0 ? 1 : label == 3 ? -1 : 0;
        int right = label == 2 ? 1 : label == 1 ? -1 : 0;
        int height = 2 + draws.below(Math.max(1, rows / 3));
        int width = 2 + draws.below(Math.max(1, columns / 3));
        int top = draws.below(rows);
        int left = draws.below(columns);
        double speed = draws.between(0.05f, 0.12f) * Math.min(rows, columns);
        float bright = draws.between(0.5f, 0.9f);
        float noise = draws.between(0.02f, 0.1f);
        float[] grid = new float[rows * columns * frames];
        for (int f = 0; f < frames; f++) {
            int moved = (int) Math.round(f * speed);
            for (int y = 0; y < rows; y++) {
                for (int x = 0; x < columns; x++) {
                    boolean inside = Math.floorMod(y - top - down * moved, rows) < height && Math.floorMod(x - left - right * moved, columns) < width;
                    grid[(y * columns + x) * frames + f] = (inside ? bright : 0) + noise * draws.uniform();
                }
            }
        }
        return grid;
    }
}
