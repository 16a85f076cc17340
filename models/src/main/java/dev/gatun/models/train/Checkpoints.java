package dev.gatun.models.train;

import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a run, {@code step-000200} and so on in one folder. Each is written beside its place, forced to disk
 * and renamed, so that one with its final name is whole whenever the process or the machine stops; what a stopped
 * process left under other names is cleared away by the next one to write.
 */
final class Checkpoints {
    private static final Pattern FINISHED = Pattern.compile("step-(\\d{6,18})");
    private static final String LEFT_OVER = ".step-";

    private final Path folder;

    Checkpoints(Path folder) {
        this.folder = folder;
    }

    /** Those that are whole, by step. */
    List<Checkpoint> finished() throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        List<Checkpoint> found = new ArrayList<>();
        for (Path p : entries()) {
            Matcher m = FINISHED.matcher(p.getFileName().toString());
            if (m.matches()) found.add(new Checkpoint(p, Long.parseLong(m.group(1))));
        }
        found.sort(Comparator.comparingLong(Checkpoint::step));
        return found;
    }

    /** The one with the most steps. */
    Optional<Checkpoint> latest() throws IOException {
        List<Checkpoint> all = finished();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    /**
     * Writes a checkpoint and then removes the oldest.
     *
     * @param keep how many are left
     * @throws CheckpointException when it cannot be written; the earlier ones are still there
     */
    Checkpoint write(Trainer trainer, int keep) throws IOException {
        String name = String.format(Locale.ROOT, "step-%06d", trainer.step());
        Checkpoint place = new Checkpoint(folder.resolve(name), trainer.step());
        if (Files.isDirectory(place.path())) return place; // the same step has the same content
        Path beside = folder.resolve("." + name + ".tmp");
        try {
            Files.createDirectories(folder);
            clear();
            Files.createDirectory(beside);
            new Checkpoint(beside, trainer.step()).write(trainer, best());
            AtomicFile.force(beside);
            Files.move(beside, place.path(), StandardCopyOption.ATOMIC_MOVE);
            AtomicFile.force(folder);
        } catch (IOException e) {
            throw failure(place, beside, e);
        }
        List<Checkpoint> all = finished();
        for (Checkpoint old : all.subList(0, Math.max(0, all.size() - keep))) {
            Path doomed = folder.resolve("." + old.path().getFileName() + ".old");
            Files.move(old.path(), doomed, StandardCopyOption.ATOMIC_MOVE);
            delete(doomed);
        }
        return place;
    }

    private Path best() {
        return folder.resolve(Checkpoint.BEST);
    }

    /**
     * Writes the weights that validation saw last as the best ones so far; checkpoints written from now on have them.
     *
     * @throws CheckpointException when they cannot be written; the earlier ones are still there
     */
    void writeBest(Trainer trainer) throws IOException {
        try {
            Files.createDirectories(folder);
            Checkpoint.writeBest(best(), trainer);
        } catch (IOException e) {
            throw failure(best(), e);
        }
    }

    private CheckpointException failure(Checkpoint place, Path beside, IOException cause) throws IOException {
        try {
            delete(beside);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
        return failure(place.path(), cause);
    }

    private CheckpointException failure(Path place, IOException cause) throws IOException {
        String last = latest().map(c -> "the last good checkpoint, " + c.path().getFileName() + ", is kept").orElse("there is no earlier one");
        return new CheckpointException(place, "checkpoint", "cannot be written: " + cause.getMessage() + "; " + last
                + ". Make room, then resume", cause);
    }

    /** Removes what a process that was stopped left. */
    private void clear() throws IOException {
        for (Path p : entries()) {
            if (p.getFileName().toString().startsWith(LEFT_OVER)) delete(p);
        }
    }

    /** Removes all of them. */
    void deleteAll() throws IOException {
        if (!Files.isDirectory(folder)) return;
        clear();
        Files.deleteIfExists(best());
        for (Checkpoint c : finished()) delete(c.path());
    }

    private List<Path> entries() throws IOException {
        try (Stream<Path> s = Files.list(folder)) {
            return s.toList();
        }
    }

    /** Removes a folder of files. */
    private static void delete(Path path) throws IOException {
        if (!Files.isDirectory(path)) return;
        try (Stream<Path> s = Files.list(path)) {
            for (Path file : s.toList()) Files.deleteIfExists(file);
        }
        Files.deleteIfExists(path);
    }
}
