package dev.gatun.models.search;

import java.util.ArrayList;
import java.util.List;

/** The trials of a search as its events have made them. The same events give the same trials. */
final class Ledger {
    private static final class Entry {
        private final Point point;
        private final List<Measurement> measurements = new ArrayList<>();
        private String failure = "";
        /** Stages begun since the last one that ended; more than one when processes died. */
        private int attempts;

        Entry(Point point) {
            this.point = point;
        }
    }

    private final SearchSettings settings;
    private final List<Entry> entries = new ArrayList<>();

    Ledger(SearchSettings settings) {
        this.settings = settings;
    }

    void proposed(int trial, Point point) {
        if (trial != entries.size()) throw new IllegalArgumentException("expected trial " + entries.size() + " to be proposed next, found " + trial);
        settings.space().positions(point); // checks it
        entries.add(new Entry(point));
    }

    void began(int trial) {
        open(trial).attempts++;
    }

    void left(int trial) {
        open(trial).attempts = 0;
    }

    void measured(int trial, Measurement m) {
        Entry e = open(trial);
        e.measurements.add(m);
        e.attempts = 0;
    }

    void failed(int trial, String reason) {
        open(trial).failure = reason;
    }

    private Entry open(int trial) {
        if (trial < 0 || trial >= entries.size()) throw new IllegalArgumentException("there is no trial " + trial + " yet");
        Entry e = entries.get(trial);
        if (!e.failure.isEmpty() || e.measurements.size() == settings.halving().rungs()) throw new IllegalArgumentException("trial " + trial + " has ended before");
        return e;
    }

    int size() {
        return entries.size();
    }

    /** Stages of a trial begun since the last one that ended. */
    int attempts(int trial) {
        return entries.get(trial).attempts;
    }

    double seconds(int trial) {
        List<Measurement> m = entries.get(trial).measurements;
        return m.isEmpty() ? 0 : m.getLast().seconds();
    }

    /** What a sampler sees: costs at the first rung, which all trials reach. */
    List<Tried> tried() {
        return entries.stream().map(e -> new Tried(e.point, !e.failure.isEmpty() ? Double.POSITIVE_INFINITY
                : e.measurements.isEmpty() ? Double.NaN : settings.goal().cost(e.measurements.getFirst().value()))).toList();
    }

    Trial trial(int number) {
        Entry e = entries.get(number);
        Trial.Status status = !e.failure.isEmpty() ? Trial.Status.FAILED
                : e.measurements.size() == settings.halving().rungs() ? Trial.Status.FINISHED : Trial.Status.OPEN;
        return new Trial(number, e.point, e.measurements, status, e.failure);
    }

    /** All trials, by number. */
    List<Trial> trials() {
        List<Trial> all = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) all.add(trial(i));
        return all;
    }
}
