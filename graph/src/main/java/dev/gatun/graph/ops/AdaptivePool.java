package dev.gatun.graph.ops;

import java.util.ArrayList;
import java.util.List;

/**
 * Pooling to a given number of rows and columns. Windows of one size and distance are one {@link Pool2d}; others are
 * pooled one by one, along rows and then along columns.
 */
final class AdaptivePool {
    private AdaptivePool() {}

    /** Window i of {@code count} over {@code size} elements: from {@code start} to {@code end}, exclusive. */
    private record Window(int start, int end) {
        static Window of(int i, int size, int count) {
            return new Window((int) ((long) i * size / count), (int) Math.ceilDiv((i + 1L) * size, (long) count));
        }

        int length() {
            return end - start;
        }
    }

    static Tensor pool(Tensor x, Pooling.Kind kind, int height, int width) {
        Rules.require(height >= 1 && width >= 1, "adaptive pooling: needs at least one row and column, got " + height + " x " + width);
        List<Window> rows = windows(x.shape().dim(1), height);
        List<Window> columns = windows(x.shape().dim(2), width);
        int down = distance(rows);
        int across = distance(columns);
        if (down > 0 && across > 0) {
            return x.apply(new Pool2d(kind, List.of(rows.getFirst().length(), columns.getFirst().length()),
                    List.of(down, across), List.of(0, 0)));
        }
        return pool(pool(x, kind, rows, 1), kind, columns, 2);
    }

    private static List<Window> windows(int size, int count) {
        List<Window> windows = new ArrayList<>();
        for (int i = 0; i < count; i++) windows.add(Window.of(i, size, count));
        return windows;
    }

    /** Distance of the windows where it and their length are all the same, else 0. */
    private static int distance(List<Window> windows) {
        Window first = windows.getFirst();
        int step = windows.size() == 1 ? first.length() : windows.get(1).start - first.start;
        for (int i = 0; i < windows.size(); i++) {
            Window w = windows.get(i);
            if (w.start != i * step || w.length() != first.length()) return 0;
        }
        return step;
    }

    private static Tensor pool(Tensor x, Pooling.Kind kind, List<Window> windows, int axis) {
        List<Tensor> parts = new ArrayList<>();
        for (Window w : windows) {
            List<Integer> size = axis == 1 ? List.of(w.length(), 1) : List.of(1, w.length());
            parts.add(x.slice(axis, w.start, w.end).apply(new Pool2d(kind, size, size, List.of(0, 0))));
        }
        return parts.size() == 1 ? parts.getFirst() : Tensor.concat(axis, parts);
    }
}
