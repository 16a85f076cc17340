package dev.gatun.models.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Looks for the point of a space whose objective is best. The trials so far are kept in memory, or in a journal too, from
 * which a search goes on after whatever end: finished trials are not run again, and with one trial at a time the
 * proposals are those of a search that never stopped.
 *
 * <pre>{@code
 * SearchSpace space = SearchSpace.of(Range.logarithmic("rate", 1e-4, 1), Range.whole("layers", 1, 6));
 * try (Search search = Search.inMemory(new SearchSettings(space, new TpeSampler(1), Goal.MINIMIZE, 50))) {
 *     search.run(Objective.of(p -> loss(p.real("rate"), p.whole("layers"))), 1, SearchListener.NONE);
 *     Point best = search.best().orElseThrow().point();
 * }
 * }</pre>
 */
public final class Search implements AutoCloseable {
    /** A search of which so many trials have failed, and none was measured, ends. */
    private static final int HOPELESS = 3;
    /** A stage during which so many processes have died fails. */
    private static final int ATTEMPTS = 5;

    private record Ended(Stage stage, Objective.Measured measured, double seconds, Throwable failure) {}

    private final SearchSettings settings;
    private final Ledger ledger;
    private final SearchJournal journal; // null in memory
    private final Set<Integer> running = new HashSet<>();
    private boolean exhausted;
    private volatile boolean stopped;

    private Search(SearchSettings settings, Ledger ledger, SearchJournal journal) {
        this.settings = settings;
        this.ledger = ledger;
        this.journal = journal;
    }

    /** A search that leaves nothing behind. */
    public static Search inMemory(SearchSettings settings) {
        return new Search(settings, new Ledger(settings), null);
    }

    /**
     * A search with a journal; goes on where the journal ends.
     *
     * @param journal file, of lines in JSON; its folder must be there
     * @param arguments of the command that starts the search, kept for {@link #arguments}; not used when the journal is there
     * @throws SearchException when the journal is in use, broken, or of another search
     * @throws IOException when it cannot be opened
     */
    public static Search in(Path journal, SearchSettings settings, List<String> arguments) throws IOException {
        Ledger ledger = new Ledger(settings);
        return new Search(settings, ledger, SearchJournal.open(journal, settings.identity(), arguments, ledger));
    }

    /**
     * Arguments of the command that started a search.
     *
     * @throws SearchException when this is no journal of a search
     */
    public static List<String> arguments(Path journal) throws IOException {
        return SearchJournal.arguments(journal);
    }

    /** Asks the search to end: no stage begins any more, and those under way are told. May be called by any thread. */
    public void stop() {
        stopped = true;
    }

    /** All trials, by number. Not to be called while {@link #run} does, but by its listener. */
    public List<Trial> trials() {
        List<Trial> all = new ArrayList<>(ledger.trials());
        for (int rung = 0; rung < settings.halving().rungs() - 1 && decided(rung); rung++) {
            int next = rung + 1;
            Set<Trial> on = Set.copyOf(settings.halving().members(ledger.trials(), next, settings.goal()));
            all.replaceAll(t -> t.status() != Trial.Status.OPEN || t.measurements().size() != next || on.contains(t) ? t
                    : new Trial(t.number(), t.point(), t.measurements(), Trial.Status.HALTED, ""));
        }
        return all;
    }

    /** Trials by how good they are: those measured in full first, those that failed last. */
    public List<Trial> ranking() {
        List<Trial> all = new ArrayList<>(trials());
        all.sort(Comparator.comparing((Trial t) -> t.status() == Trial.Status.FAILED).thenComparing(t -> -t.measurements().size())
                .thenComparingDouble(t -> t.measured() ? settings.goal().cost(t.last().value()) : 0).thenComparingInt(Trial::number));
        return all;
    }

    /** The best of the trials that got the furthest; empty when none was measured. */
    public Optional<Trial> best() {
        return ranking().stream().findFirst().filter(t -> t.measured() && t.status() != Trial.Status.FAILED);
    }

    /**
     * Runs what is left to run, or until {@link #stop}.
     *
     * @param parallel stages at a time
     * @throws SearchException when the first trials all fail, or the objective says so
     */
    public void run(Objective objective, int parallel, SearchListener listener) throws InterruptedException {
        if (parallel < 1) throw new IllegalArgumentException("at least 1 trial runs at a time, got " + parallel);
        ExecutorService workers = Executors.newFixedThreadPool(parallel, Thread.ofPlatform().daemon().name("gatun-trial-", 0).factory());
        CompletionService<Ended> ends = new ExecutorCompletionService<>(workers);
        try {
            while (true) {
                for (Optional<Stage> next = next(parallel); next.isPresent(); next = next(parallel)) {
                    Stage stage = next.get();
                    begin(stage, listener);
                    ends.submit(() -> run(objective, stage));
                }
                if (running.isEmpty()) return;
                ended(ends.take().get(), listener);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause()); // a stage catches all that its objective throws
        } finally {
            drain(ends);
            workers.shutdown();
        }
    }

    /** After a failure of the whole search: waits for the stages under way, which are left open. */
    private void drain(CompletionService<Ended> ends) throws InterruptedException {
        if (running.isEmpty()) return;
        stopped = true;
        for (int left = running.size(); left > 0; left--) ends.take();
        running.clear();
    }

    private void begin(Stage stage, SearchListener listener) {
        ledger.began(stage.number());
        if (journal != null) journal.began(stage.number());
        running.add(stage.number());
        listener.began(stage);
    }

    private static Ended run(Objective objective, Stage stage) {
        long began = System.nanoTime();
        Objective.Measured measured = null;
        Throwable failure = null;
        try {
            measured = objective.measure(stage);
        } catch (Throwable e) {
            failure = e;
        }
        return new Ended(stage, measured, (System.nanoTime() - began) / 1e9, failure);
    }

    private void ended(Ended e, SearchListener listener) {
        int number = e.stage.number();
        running.remove(number);
        switch (e.failure) {
            case null -> measured(number, e);
            case InterruptedException _ -> {
                ledger.left(number);
                if (journal != null) journal.left(number);
                stopped = true;
                return;
            }
            case SearchException x -> throw x;
            case OutOfMemoryError x -> failed(number, "out of memory: " + x.getMessage());
            case Error x -> throw x;
            default -> failed(number, reason(e.failure));
        }
        listener.ended(ledger.trial(number));
        if (ledger.size() >= HOPELESS && ledger.trials().stream().noneMatch(Trial::measured)) {
            List<Trial> failed = ledger.trials().stream().filter(t -> t.status() == Trial.Status.FAILED).toList();
            if (failed.size() >= HOPELESS) {
                throw new SearchException("the first " + failed.size() + " trials all failed, so the others would too: " + failed.getLast().failure());
            }
        }
    }

    private void measured(int number, Ended e) {
        if (!Double.isFinite(e.measured.value())) {
            failed(number, "the objective is " + e.measured.value());
            return;
        }
        Measurement m = new Measurement(e.measured.value(), e.measured.metrics(), e.measured.steps(), ledger.seconds(number) + e.seconds);
        ledger.measured(number, m);
        if (journal != null) journal.measured(number, m);
    }

    private void failed(int number, String reason) {
        ledger.failed(number, reason);
        if (journal != null) journal.failed(number, reason);
    }

    private static String reason(Throwable e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return String.join(" ", message.lines().map(String::strip).toList());
    }

    /** The next stage; empty when there is none before others end. */
    private Optional<Stage> next(int parallel) {
        if (stopped || running.size() == parallel) return Optional.empty();
        for (int rung = 0; rung < settings.halving().rungs(); rung++) {
            for (Trial t : settings.halving().members(ledger.trials(), rung, settings.goal())) {
                if (t.status() != Trial.Status.OPEN || t.measurements().size() > rung || running.contains(t.number())) continue;
                if (ledger.attempts(t.number()) < ATTEMPTS) return Optional.of(stage(t, rung));
                failed(t.number(), "the process ended " + ATTEMPTS + " times while it ran");
            }
            if (rung == 0 && propose()) return Optional.of(stage(ledger.trial(ledger.size() - 1), 0));
            if (!decided(rung)) return Optional.empty();
        }
        return Optional.empty();
    }

    private Stage stage(Trial t, int rung) {
        return new Stage(t.number(), t.point(), rung, settings.halving().share(rung), () -> stopped);
    }

    /** Adds a trial, if there is one left to add. */
    private boolean propose() {
        if (exhausted || ledger.size() >= settings.trials()) return false;
        Optional<Point> p = settings.sampler().propose(settings.space(), ledger.size(), ledger.tried());
        exhausted = p.isEmpty();
        if (exhausted) return false;
        if (journal != null) journal.proposed(ledger.size(), p.get());
        ledger.proposed(ledger.size(), p.get());
        return true;
    }

    /** Whether no more will be measured at a rung. */
    private boolean decided(int rung) {
        return (exhausted || ledger.size() >= settings.trials()) && settings.halving().members(ledger.trials(), rung, settings.goal()).stream()
                .allMatch(t -> t.status() == Trial.Status.FAILED || t.measurements().size() > rung);
    }

    @Override
    public void close() throws IOException {
        if (journal != null) journal.close();
    }
}
