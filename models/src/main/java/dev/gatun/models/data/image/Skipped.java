package dev.gatun.models.data.image;

import java.util.List;

/**
 * What a reader left out.
 *
 * @param count number of images (an empty class folder counts as one)
 * @param reasons why, naming the file, for the first of them: at most {@link #KEPT}
 */
public record Skipped(long count, List<String> reasons) {
    /** Most reasons kept. */
    public static final int KEPT = 100;

    /** Copies the list. */
    public Skipped {
        reasons = List.copyOf(reasons);
    }
}
