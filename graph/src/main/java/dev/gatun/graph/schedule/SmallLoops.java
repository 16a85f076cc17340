package dev.gatun.graph.schedule;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Puts small loops together that need nothing of one another, such as the updates of biases and norms: one hand-over to the
 * workers instead of one each, and work for all of them. A loop moves up to an earlier one as long as no step in between
 * touches what it does.
 */
final class SmallLoops {
    /** Elements of what one worker runs through in some microseconds. */
    private static final long SMALL = 1 << 15;

    private final List<Step> steps = new ArrayList<>();
    private final Set<Integer> read = new HashSet<>();
    private final Set<Integer> written = new HashSet<>();
    private List<Loop> group = new ArrayList<>();
    private int home;

    private SmallLoops() {}

    static Schedule together(Schedule s) {
        SmallLoops small = new SmallLoops();
        s.steps().forEach(small::add);
        small.finish();
        return new Schedule(s.name(), s.buffers(), List.copyOf(small.steps), s.inputs(), s.results());
    }

    private void add(Step step) {
        Set<Integer> reads = StepAccess.read(step);
        Set<Integer> writes = StepAccess.written(step);
        boolean isSmall = step instanceof Loop l && l.domain().elements() <= SMALL;
        boolean isFree = Collections.disjoint(writes, read) && Collections.disjoint(writes, written) && Collections.disjoint(reads, written);
        if (isSmall && !(isFree && !group.isEmpty())) {
            finish();
            home = steps.size();
        }
        if (!isSmall || group.isEmpty()) steps.add(step);
        if (isSmall) group.add((Loop) step);
        if (group.isEmpty()) return;
        read.addAll(reads);
        written.addAll(writes);
    }

    private void finish() {
        if (group.size() > 1) steps.set(home, Together.of(group));
        group = new ArrayList<>();
        read.clear();
        written.clear();
    }
}
