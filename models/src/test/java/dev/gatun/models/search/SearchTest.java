package dev.gatun.models.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class SearchTest {
    private static final SearchSpace LINE = SearchSpace.of(Range.real("x", 0, 1));

    @TempDir
    Path dir;

    private static SearchSettings halving(int trials, Halving h) {
        return new SearchSettings(LINE, new RandomSampler(4), Goal.MAXIMIZE, trials, h);
    }

    private static SearchSettings tpe(int trials) {
        return new SearchSettings(LINE, new TpeSampler(1, 5), Goal.MINIMIZE, trials);
    }

    private static double distance(Point p) {
        return Math.abs(p.real("x") - 0.3);
    }

    /** The first measurement is off by a little; the second is right. */
    private static Objective.Measured rung(Stage s) {
        double x = s.point().real("x");
        return new Objective.Measured(s.rung() == 0 ? x + 0.05 * Math.sin(50 * x) : x, Map.of("loss", -x), Math.round(90 * s.share()));
    }

    @Test
    void halvingPromotesTheBestOfEachRung() throws Exception {
        Halving h = Halving.of(20, 3);
        assertThat(h.rungs()).isEqualTo(3);
        List<String> order = new ArrayList<>();
        try (Search s = Search.inMemory(halving(20, h))) {
            s.run(stage -> {
                order.add("trial " + stage.number() + " rung " + stage.rung());
                return rung(stage);
            }, 1, SearchListener.NONE);
            List<Trial> all = s.trials();
            assertThat(order.subList(0, 20)).allMatch(o -> o.endsWith("rung 0"));
            assertThat(order).hasSize(20 + 6 + 2).doesNotHaveDuplicates();
            List<Integer> first = numbers(all, 0, 6);
            assertThat(order.subList(20, 26)).containsExactlyElementsOf(first.stream().map(n -> "trial " + n + " rung 1").toList());
            List<Integer> second = all.stream().filter(t -> first.contains(t.number()))
                    .sorted(Comparator.comparingDouble(t -> -t.measurements().get(1).value())).map(Trial::number).limit(2).toList();
            assertThat(order.subList(26, 28)).containsExactlyElementsOf(second.stream().map(n -> "trial " + n + " rung 2").toList());
            assertThat(all.stream().filter(t -> t.status() == Trial.Status.FINISHED).map(Trial::number)).containsExactlyInAnyOrderElementsOf(second);
            assertThat(all.stream().filter(t -> t.status() == Trial.Status.HALTED)).hasSize(18);
            assertThat(s.best().orElseThrow().number()).isEqualTo(second.getFirst());
            assertThat(s.ranking().subList(0, 2).stream().map(Trial::number)).containsExactlyElementsOf(second);
            assertThat(all.get(second.getFirst()).measurements().stream().map(Measurement::steps)).containsExactly(10L, 30L, 90L);
        }
    }

    private static List<Integer> numbers(List<Trial> all, int rung, int most) {
        return all.stream().sorted(Comparator.comparingDouble(t -> -t.measurements().get(rung).value())).map(Trial::number).limit(most).toList();
    }

    @Test
    void rungsDependNeitherOnTheNumberAtATimeNorOnWhoIsFirst() throws Exception {
        List<Trial> alone;
        try (Search s = Search.inMemory(halving(12, Halving.of(12, 2)))) {
            s.run(SearchTest::rung, 1, SearchListener.NONE);
            alone = untimed(s.ranking());
        }
        AtomicInteger most = new AtomicInteger();
        AtomicInteger now = new AtomicInteger();
        try (Search s = Search.inMemory(halving(12, Halving.of(12, 2)))) {
            s.run(stage -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                TimeUnit.MILLISECONDS.sleep(stage.number() * 7 % 5);
                now.decrementAndGet();
                return rung(stage);
            }, 3, SearchListener.NONE);
            assertThat(untimed(s.ranking())).isEqualTo(alone);
        }
        assertThat(most.get()).isBetween(2, 3);
    }

    private static List<Trial> untimed(List<Trial> trials) {
        return trials.stream().map(t -> new Trial(t.number(), t.point(),
                t.measurements().stream().map(m -> new Measurement(m.value(), m.metrics(), m.steps(), 0)).toList(), t.status(), t.failure())).toList();
    }

    @Test
    void aFailedTrialIsRecordedAndTheSearchGoesOn() throws Exception {
        Path journal = dir.resolve("journal.jsonl");
        Objective o = stage -> switch (stage.number()) {
            case 1 -> throw new IllegalArgumentException("no such\n   thing");
            case 3 -> new Objective.Measured(Double.NaN, Map.of(), 0);
            case 4 -> throw new OutOfMemoryError("arena");
            default -> new Objective.Measured(distance(stage.point()), Map.of("other", Double.NaN), 5);
        };
        try (Search s = Search.in(journal, tpe(8), List.of())) {
            s.run(o, 2, SearchListener.NONE);
            assertThat(s.trials().stream().filter(t -> t.status() == Trial.Status.FAILED).map(Trial::failure))
                    .containsExactly("no such thing", "the objective is NaN", "out of memory: arena");
            assertThat(s.ranking().subList(5, 8)).allMatch(t -> t.status() == Trial.Status.FAILED);
        }
        List<Integer> again = new ArrayList<>();
        try (Search s = Search.in(journal, tpe(10), List.of())) { // two trials more
            s.run(stage -> {
                again.add(stage.number());
                return o.measure(stage);
            }, 1, SearchListener.NONE);
            TrialTable table = new TrialTable("distance", LINE, s.trials());
            assertThat(table.csv().lines()).hasSize(11).first().asString().isEqualTo("trial,status,distance,steps,seconds,x,failure");
            assertThat(table.csv()).contains("no such thing");
            assertThat(new ObjectMapper().readTree(table.json())).hasSize(10).allMatch(t -> t.path("settings").has("x"));
        }
        assertThat(again).containsExactly(8, 9);
    }

    @Test
    void aSearchOfWhichNothingWorksEnds() throws Exception {
        try (Search s = Search.inMemory(tpe(50))) {
            assertThatThrownBy(() -> s.run(stage -> {
                throw new IllegalStateException("no data");
            }, 2, SearchListener.NONE)).isInstanceOf(SearchException.class).hasMessageContaining("first 3 trials all failed").hasMessageContaining("no data");
            assertThat(s.trials()).hasSizeLessThan(6);
            assertThat(s.best()).isEmpty();
        }
        try (Search s = Search.inMemory(tpe(50))) {
            assertThatThrownBy(() -> s.run(stage -> {
                throw new SearchException("no such metric");
            }, 2, SearchListener.NONE)).hasMessage("no such metric");
            assertThat(s.trials()).hasSizeLessThan(3);
        }
    }

    @Test
    void aSearchThatWasStoppedGoesOnWithTheSameProposals() throws Exception {
        List<Trial> straight;
        try (Search s = Search.inMemory(tpe(20))) {
            s.run(Objective.of(SearchTest::distance), 1, SearchListener.NONE);
            straight = untimed(s.trials());
        }
        Path journal = dir.resolve("journal.jsonl");
        AtomicInteger runs = new AtomicInteger();
        List<Trial> last = List.of();
        while (last.stream().filter(Trial::measured).count() < 20) {
            try (Search s = Search.in(journal, tpe(20), List.of())) {
                int until = s.trials().size() + 3;
                s.run(stage -> {
                    runs.incrementAndGet();
                    if (stage.number() < until) return new Objective.Measured(distance(stage.point()), Map.of(), 0);
                    s.stop();
                    assertThat(stage.stopped().getAsBoolean()).isTrue();
                    throw new InterruptedException();
                }, 1, SearchListener.NONE);
                last = s.trials();
            }
            String text = Files.readString(journal);
            if (text.length() % 2 == 0) Files.writeString(journal, "{\"event\":\"meas\u00e9", StandardOpenOption.APPEND); // cut off by a kill
        }
        assertThat(untimed(last)).isEqualTo(straight);
        assertThat(journal).content().contains("\"left\"");
        assertThat(runs.get()).as("only those that were stopped ran twice").isBetween(20, 27);
    }

    @Test
    void trialsAtTheSameTimeAreApart() throws Exception {
        Map<Integer, Point> points = new ConcurrentHashMap<>();
        CountDownLatch together = new CountDownLatch(3);
        try (Search s = Search.inMemory(new SearchSettings(SearchSpace.of(Range.whole("x", 1, 12)), new TpeSampler(1, 3), Goal.MINIMIZE, 12))) {
            s.run(stage -> {
                points.put(stage.number(), stage.point());
                together.countDown();
                assertThat(together.await(200, TimeUnit.SECONDS)).as("three at a time").isTrue();
                return new Objective.Measured(stage.point().whole("x"), Map.of(), 0);
            }, 3, SearchListener.NONE);
        }
        assertThat(points.values()).hasSize(12).doesNotHaveDuplicates();
    }

    @Test
    void aJournalThatCannotBeUsedIsNamed() throws IOException, InterruptedException {
        Path journal = dir.resolve("journal.jsonl");
        try (Search s = Search.in(journal, tpe(5), List.of())) {
            assertThatThrownBy(() -> Search.in(journal, tpe(5), List.of())).isInstanceOf(SearchException.class).hasMessageContaining("in use");
            s.run(Objective.of(SearchTest::distance), 1, SearchListener.NONE);
        }
        assertThatThrownBy(() -> Search.in(journal, halving(5, Halving.NONE), List.of())).isInstanceOf(SearchException.class).hasMessageContaining("another search");
        String good = Files.readString(journal);
        String head = good.substring(0, good.indexOf('\n') + 1);
        String[][] broken = {
            {"", "{\"format\":\"x\"}\n", "journal.jsonl:1: no journal of a search"}, {"", "[]\n", ":1: expected a JSON object"}, {"", "\n", ":1: expected a JSON object"},
            {head, "{\"event\":\"began\",\"trial\":0}\n", ":2: there is no trial 0"}, {head, "{\"event\":\"born\",\"trial\":0}\n", ":2: expected an event"},
            {head, "{\"event\":\"proposed\",\"trial\":4}\n", ":2: expected trial 0"}, {head, "{\"event\n", ":2: expected a JSON object"},
            {good, "{\"event\":\"failed\",\"trial\":2,\"reason\":\"x\"}\n", "trial 2 has ended before"},
            {head, "{\"event\":\"proposed\",\"trial\":0,\"values\":{\"x\":\"0.5\"}}\n{\"event\":\"measured\",\"trial\":0}\n", ":3: expected a number as value"},
            {head, "{\"event\":\"proposed\",\"trial\":0,\"values\":{\"x\":\"7\"}}\n", ":2: x lies in 0..1"},
            {head, "{\"event\":\"proposed\",\"trial\":0,\"values\":{\"y\":\"0.5\"}}\n", ":2: the search has no x"},
        };
        for (String[] b : broken) {
            Files.writeString(journal, b[0] + b[1]);
            assertThatThrownBy(() -> Search.in(journal, tpe(5), List.of())).as(b[1]).isInstanceOf(SearchException.class).hasMessageContaining(b[2]);
            assertThat(Files.readString(journal)).isEqualTo(b[0] + b[1]);
        }
        Files.writeString(journal, good);
        try (Search s = Search.in(journal, tpe(5), List.of())) {
            assertThat(s.trials()).hasSize(5).allMatch(t -> t.status() == Trial.Status.FINISHED);
        }
    }

    @Test
    void aTrialThatKeepsEndingTheProcessFails() throws Exception {
        Path journal = dir.resolve("journal.jsonl");
        try (Search s = Search.in(journal, tpe(2), List.of())) {
            s.stop();
            s.run(Objective.of(SearchTest::distance), 1, SearchListener.NONE);
        }
        StringBuilder events = new StringBuilder("{\"event\":\"proposed\",\"trial\":0,\"values\":{\"x\":\"0.5\"}}\n");
        Files.writeString(journal, events.append("{\"event\":\"began\",\"trial\":0}\n".repeat(5)), StandardOpenOption.APPEND);
        try (Search s = Search.in(journal, tpe(2), List.of())) {
            s.run(Objective.of(SearchTest::distance), 1, SearchListener.NONE);
            assertThat(s.trials().get(0).failure()).contains("the process ended 5 times");
            assertThat(s.trials().get(1).status()).isEqualTo(Trial.Status.FINISHED);
        }
    }
}
