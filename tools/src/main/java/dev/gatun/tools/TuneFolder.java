package dev.gatun.tools;

import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.search.SearchException;
import dev.gatun.models.search.TrialTable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder that a search leaves: {@code journal.jsonl} (its flags and all that happened), {@code trials.csv} and
 * {@code trials.json} (the table), and {@code trials}, with a run folder and a log for each trial.
 *
 * @param path the folder
 */
record TuneFolder(Path path) {
    private static final String JOURNAL = "journal.jsonl";
    private static final String CSV = "trials.csv";
    private static final String TABLE = "trials.json";
    private static final String TRIALS = "trials";

    /**
     * Makes the folder of a new search.
     *
     * @param overwrite also one that holds a search, which is removed
     * @throws SearchException when it holds anything else, or cannot be written
     */
    static TuneFolder create(Path path, boolean overwrite) throws IOException {
        TuneFolder folder = new TuneFolder(path);
        try {
            if (Files.isDirectory(path) && !empty(path)) {
                if (!Files.exists(folder.journal())) throw new SearchException(path + " is not empty and holds no search; choose another folder with --out");
                if (!overwrite) {
                    throw new SearchException(path + " already holds a search: go on with --resume " + path + ", choose another --out, or replace it with --overwrite");
                }
                for (String name : List.of(TRIALS, CSV, TABLE, JOURNAL)) delete(folder.file(name));
            }
            Files.createDirectories(path);
        } catch (FileAlreadyExistsException e) {
            throw new SearchException(path + " is a file; choose another --out", e);
        }
        return folder;
    }

    private static boolean empty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    /**
     * The folder of a search that was begun.
     *
     * @throws SearchException when there is none
     */
    static TuneFolder open(Path path) {
        TuneFolder folder = new TuneFolder(path);
        if (!Files.isDirectory(path)) throw new SearchException(path + " does not exist: --resume takes the folder of a search");
        if (!Files.exists(folder.journal())) throw new SearchException(path + " has no " + JOURNAL + ", so it holds no search of gatun tune");
        return folder;
    }

    private Path file(String name) {
        return path.resolve(name);
    }

    Path journal() {
        return file(JOURNAL);
    }

    /** Run folder of a trial. */
    Path trial(int number) {
        return file(TRIALS).resolve(String.format("%04d", number));
    }

    /** What a trial's command printed. */
    Path log(int number) {
        return file(TRIALS).resolve(String.format("%04d.log", number));
    }

    void write(TrialTable table) throws IOException {
        AtomicFile.write(file(CSV), table.csv());
        AtomicFile.write(file(TABLE), table.json());
    }

    /** Removes a file or a folder, if it is there. */
    static void delete(Path path) throws IOException {
        if (!Files.exists(path)) return;
        try (Stream<Path> files = Files.walk(path)) {
            for (Path p : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(p);
        }
    }
}
