package dev.gatun.models.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The events of a search, one JSON object a line, each on disk before the search goes on. A last line without an end was
 * cut off when the process stopped, and does not count. One process at a time has the file.
 */
final class SearchJournal implements AutoCloseable {
    private static final String FORMAT = "gatun-search";
    private static final int VERSION = 1;
    private static final String ARGUMENTS = "arguments";
    private static final long LARGEST = 256 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final FileChannel channel;

    private SearchJournal(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens a journal, makes it if it is not there, and applies the events that it holds.
     *
     * @param identity of the search
     * @param arguments of the command, for a new journal
     * @throws SearchException when it is in use, broken, or of another search
     */
    static SearchJournal open(Path file, String identity, List<String> arguments, Ledger ledger) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            SearchJournal journal = new SearchJournal(file, channel);
            journal.lock();
            journal.read(identity, arguments, ledger);
            return journal;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void lock() throws IOException {
        boolean locked;
        try {
            locked = channel.tryLock() != null; // until the channel is closed, or the process ends in whatever way
        } catch (OverlappingFileLockException e) {
            locked = false;
        }
        if (!locked) throw new SearchException(file + " is in use: another search writes to it; wait for its end, or choose another folder");
    }

    private void read(String identity, List<String> arguments, Ledger ledger) throws IOException {
        if (channel.size() > LARGEST) throw new SearchException(file + ": expected at most " + LARGEST + " bytes, found " + channel.size());
        ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) { /* goes on */ }
        String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        int whole = text.lastIndexOf('\n') + 1;
        channel.truncate(text.substring(0, whole).getBytes(StandardCharsets.UTF_8).length);
        channel.position(channel.size());
        List<String> lines = text.substring(0, whole).lines().toList();
        if (lines.isEmpty()) {
            ObjectNode head = JSON.createObjectNode().put("format", FORMAT).put("version", VERSION).put("search", identity);
            arguments.forEach(head.putArray(ARGUMENTS)::add);
            append(head);
            return;
        }
        String search = head(file, lines.getFirst()).path("search").asText();
        if (!search.equals(identity)) {
            throw new SearchException(file + " is of another search; go on with the settings that it was started with, or choose another folder");
        }
        for (int i = 1; i < lines.size(); i++) {
            try {
                apply(parse(file, lines.get(i), i + 1), ledger);
            } catch (IllegalArgumentException e) {
                throw new SearchException(file + ":" + (i + 1) + ": " + e.getMessage(), e);
            }
        }
    }

    private static JsonNode head(Path file, String line) {
        JsonNode head = parse(file, line, 1);
        if (!FORMAT.equals(head.path("format").asText())) throw new SearchException(file + ":1: no journal of a search: expected \"format\" \"" + FORMAT + "\"");
        if (head.path("version").asInt() != VERSION) throw new SearchException(file + ":1: expected version " + VERSION + ", found " + head.path("version"));
        return head;
    }

    /** Arguments of the command that started the search. */
    static List<String> arguments(Path file) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            List<String> arguments = new ArrayList<>();
            head(file, String.valueOf(reader.readLine())).path(ARGUMENTS).forEach(a -> arguments.add(a.asText()));
            return arguments;
        }
    }

    private static JsonNode parse(Path file, String line, int number) {
        try {
            JsonNode n = JSON.readTree(line);
            if (n != null && n.isObject()) return n;
        } catch (JsonProcessingException e) {
            throw new SearchException(file + ":" + number + ": expected a JSON object, found " + line, e);
        }
        throw new SearchException(file + ":" + number + ": expected a JSON object, found " + line);
    }

    private static void apply(JsonNode e, Ledger ledger) {
        int trial = e.path("trial").asInt(-1);
        switch (e.path("event").asText()) {
            case "proposed" -> {
                Map<String, String> values = new LinkedHashMap<>();
                e.path("values").properties().forEach(v -> values.put(v.getKey(), v.getValue().asText()));
                ledger.proposed(trial, new Point(values));
            }
            case "began" -> ledger.began(trial);
            case "left" -> ledger.left(trial);
            case "measured" -> {
                Map<String, Double> metrics = new LinkedHashMap<>();
                e.path("metrics").properties().forEach(m -> metrics.put(m.getKey(), m.getValue().asDouble()));
                if (!e.path("value").isNumber()) throw new IllegalArgumentException("expected a number as value, found " + e.path("value"));
                ledger.measured(trial, new Measurement(e.path("value").asDouble(), metrics, e.path("steps").asLong(), e.path("seconds").asDouble()));
            }
            case "failed" -> ledger.failed(trial, e.path("reason").asText());
            default -> throw new IllegalArgumentException("expected an event, found " + e);
        }
    }

    void proposed(int trial, Point point) {
        ObjectNode e = event("proposed", trial);
        ObjectNode values = e.putObject("values");
        point.values().forEach(values::put);
        append(e);
    }

    void began(int trial) {
        append(event("began", trial));
    }

    void left(int trial) {
        append(event("left", trial));
    }

    void measured(int trial, Measurement m) {
        ObjectNode e = event("measured", trial).put("value", m.value()).put("steps", m.steps()).put("seconds", m.seconds());
        ObjectNode metrics = e.putObject("metrics");
        m.metrics().forEach(metrics::put);
        append(e);
    }

    void failed(int trial, String reason) {
        append(event("failed", trial).put("reason", reason));
    }

    private static ObjectNode event(String name, int trial) {
        return JSON.createObjectNode().put("event", name).put("trial", trial);
    }

    private void append(ObjectNode event) {
        ByteBuffer line = ByteBuffer.wrap((event + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            while (line.hasRemaining()) channel.write(line);
            channel.force(false);
        } catch (IOException e) {
            throw new SearchException(file + " cannot be written: " + e.getMessage() + "; make room, then resume", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
