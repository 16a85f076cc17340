package dev.gatun.models.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

class LayeredLayoutTest {
    private static List<LayeredLayout.Edge> edges(int boxes) {
        Random random = new Random(boxes);
        List<LayeredLayout.Edge> edges = new ArrayList<>();
        for (int to = 1; to < boxes; to++) {
            for (int k = random.nextInt(3); k > 0; k--) edges.add(new LayeredLayout.Edge(random.nextInt(to), to));
        }
        return edges;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, 33, 300})
    void boxesKeepApartAndEdgesLeadDown(int boxes) {
        List<LayeredLayout.Edge> edges = edges(boxes);
        LayeredLayout layout = new LayeredLayout(boxes, edges, 5);
        LayeredLayout again = new LayeredLayout(boxes, edges, 5);
        for (int i = 0; i < boxes; i++) {
            assertThat(layout.x(i)).isBetween(0.0, layout.width() - LayeredLayout.WIDTH).isEqualTo(again.x(i));
            assertThat(layout.y(i)).isBetween(0.0, layout.height() - LayeredLayout.HEIGHT).isEqualTo(again.y(i));
            for (int j = 0; j < i; j++) {
                boolean apart = layout.row(i) != layout.row(j) || Math.abs(layout.x(i) - layout.x(j)) > LayeredLayout.WIDTH;
                assertThat(apart).as("%d and %d", i, j).isTrue();
            }
        }
        assertThat(edges).allSatisfy(e -> assertThat(layout.row(e.from())).isLessThan(layout.row(e.to())));
        assertThat(layout.width()).as("five boxes side by side").isLessThan(5 * (LayeredLayout.WIDTH + 20));
    }

    @Test
    void edgesThatLeadBackAreRefused() {
        assertThatThrownBy(() -> new LayeredLayout(3, List.of(new LayeredLayout.Edge(2, 1)), 4)).hasMessageContaining("does not lead forward");
    }
}
