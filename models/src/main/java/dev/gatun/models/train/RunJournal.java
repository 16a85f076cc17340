package dev.gatun.models.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.metrics.ClassificationReport;
import dev.gatun.models.metrics.ConfusionMatrix;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The notes of a run, {@code journal.jsonl}: one JSON object on each line, written as soon as it is taken. */
public final class RunJournal implements AutoCloseable {
    private static final long LONGEST = 512L << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final FileChannel out;

    /**
     * Goes on with a run's journal.
     *
     * @param step that the run goes on from; notes of later steps are dropped, with 0 all of them
     * @throws CheckpointException when a line of it is damaged
     */
    public RunJournal(RunFolder folder, long step) throws IOException {
        file = folder.journal();
        StringBuilder kept = new StringBuilder();
        if (step > 0) read(file).stream().filter(n -> n.step() <= step).forEach(n -> kept.append(json(n)).append('\n'));
        AtomicFile.write(file, kept.toString());
        out = FileChannel.open(file, StandardOpenOption.APPEND);
    }

    /**
     * Adds a note.
     *
     * @throws CheckpointException when it cannot be written, on a full disk say
     */
    public void add(Note note) {
        ByteBuffer bytes = ByteBuffer.wrap((json(note) + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) out.write(bytes);
        } catch (IOException e) {
            throw new CheckpointException(file, "file", "cannot be written: " + e.getMessage(), e);
        }
    }

    /** Forces all notes so far to disk. */
    public void force() throws IOException {
        out.force(false);
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private static String json(Note note) {
        ObjectNode n = JSON.createObjectNode().put("note", note.getClass().getSimpleName().toLowerCase(Locale.ROOT)).put("step", note.step());
        switch (note) {
            case Note.Start x -> {
                n.put("time", x.time().toString());
                ObjectNode machine = n.putObject("machine");
                x.machine().forEach(machine::put);
            }
            case Note.Sample x -> n.put("text", x.text());
            case Note.Classes x -> put(n, x.report());
            case Note.Energy x -> {
                n.put("units", x.units()).put("reason", x.reason());
                if (!Double.isNaN(x.joules())) n.put("joules", x.joules());
            }
            case Note.End x -> n.put("time", x.time().toString()).put("ending", x.ending().name().toLowerCase(Locale.ROOT));
        }
        return n.toString();
    }

    /** {@code counts} are triples of class, what it was taken for, and how often. */
    private static void put(ObjectNode n, ClassificationReport r) {
        if (!Double.isNaN(r.loss())) n.put("loss", r.loss());
        n.put("k", r.k());
        if (!Double.isNaN(r.topK())) n.put("topK", r.topK());
        r.names().forEach(n.putArray("names")::add);
        ArrayNode counts = n.putArray("counts");
        for (int l = 0; l < r.names().size(); l++) {
            for (int p = 0; p < r.names().size(); p++) {
                if (r.matrix().count(l, p) > 0) counts.add(l).add(p).add(r.matrix().count(l, p));
            }
        }
    }

    /**
     * Reads a journal. A last line without an end was cut off and is left out; without a file there are no notes.
     *
     * @throws CheckpointException naming the line that is damaged
     */
    static List<Note> read(Path file) throws IOException {
        List<Note> notes = new ArrayList<>();
        if (!Files.isRegularFile(file)) return notes;
        if (Files.size(file) > LONGEST) throw new CheckpointException(file, "file", "longer than " + LONGEST + " bytes");
        boolean ends = MetricsFile.endsWithLine(file);
        try (BufferedReader in = Files.newBufferedReader(file)) {
            String line = in.readLine();
            for (int number = 1; line != null; number++) {
                String next = in.readLine();
                if (next == null && !ends) break;
                notes.add(note(file, line, number));
                line = next;
            }
        } catch (CharacterCodingException e) {
            throw new CheckpointException(file, "file", "expected text in UTF-8", e);
        }
        return notes;
    }

    private static Note note(Path file, String line, int number) {
        ConfigFields c = ConfigFields.read(file, line, number);
        long step = c.count("step");
        try {
            return switch (c.text("note")) {
                case "start" -> new Note.Start(step, Instant.parse(c.text("time")), machine(c.object("machine")));
                case "sample" -> new Note.Sample(step, c.text("text"));
                case "classes" -> new Note.Classes(step, report(c));
                case "energy" -> new Note.Energy(step, c.has("joules") ? c.real("joules") : Double.NaN, c.count("units"), c.text("reason"));
                case "end" -> new Note.End(step, Instant.parse(c.text("time")), c.choice("ending", Ending.class));
                default -> throw new CheckpointException(file, "line " + number, "knows no note '" + c.text("note") + "'");
            };
        } catch (DateTimeException | IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
            throw new CheckpointException(file, "line " + number, "is damaged: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> machine(ConfigFields c) {
        Map<String, String> machine = new LinkedHashMap<>();
        c.names().forEach(n -> machine.put(n, c.text(n)));
        return machine;
    }

    private static ClassificationReport report(ConfigFields c) {
        List<String> names = c.texts("names");
        ConfusionMatrix matrix = new ConfusionMatrix(names.size());
        List<Integer> counts = c.wholes("counts");
        if (counts.size() % 3 != 0) throw new IllegalArgumentException("counts are no triples");
        for (int i = 0; i < counts.size(); i += 3) matrix.add(counts.get(i), counts.get(i + 1), counts.get(i + 2));
        return new ClassificationReport(names, matrix, c.has("loss") ? c.real("loss") : Double.NaN, c.whole("k"),
                c.has("topK") ? c.real("topK") : Double.NaN, List.of());
    }
}
