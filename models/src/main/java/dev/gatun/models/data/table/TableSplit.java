package dev.gatun.models.data.table;

import dev.gatun.models.data.DataException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Rows of a table, dealt out at random.
 *
 * @param train to fit codes and weights to
 * @param validation to watch training by
 * @param test to measure the result with
 */
public record TableSplit(List<Integer> train, List<Integer> validation, List<Integer> test) {
    public TableSplit {
        train = List.copyOf(train);
        validation = List.copyOf(validation);
        test = List.copyOf(test);
    }

    /**
     * Deals out rows; the same seed gives the same parts on any machine.
     *
     * @param rows number of rows
     * @param validation share, in (0,1)
     * @param test share, in (0,1); together with the validation share below 1
     * @throws DataException when one of the parts would be empty
     */
    public static TableSplit of(int rows, double validation, double test, long seed) {
        if (!(validation > 0 && test > 0 && validation + test < 1)) {
            throw new IllegalArgumentException("the shares of validation and test must be above 0 and together below 1, got " + validation + " and " + test);
        }
        int v = (int) Math.round(rows * validation);
        int t = (int) Math.round(rows * test);
        if (v < 1 || t < 1 || rows - v - t < 1) {
            throw new DataException(rows + " rows are too few to train, validate and test with: at least one is needed for each");
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < rows; i++) order.add(i);
        Collections.shuffle(order, new Random(seed)); // both are fixed by their specifications
        return new TableSplit(order.subList(v + t, rows), order.subList(0, v), order.subList(v, v + t));
    }
}
