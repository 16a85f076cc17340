package dev.gatun.models.events;

import com.google.protobuf.CodedInputStream;
import dev.gatun.models.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file of events that TensorBoard shows: {@code tensorboard --logdir runs} finds every run in the folder {@code runs}.
 * Each process that goes on with a run adds a file to its folder, named by time, and cuts off from earlier files what
 * lies behind the step that it starts at; steps ascend over all files. Of a process that was killed, all records but a
 * last one that was cut off can be read. The messages and their fields:
 *
 * <pre>
 * Event             double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; SessionLog session_log = 7
 * SessionLog        status = 1
 * Summary           repeated Value value = 1
 * Value             string tag = 1; float simple_value = 2; Image image = 4; TensorProto tensor = 8; SummaryMetadata metadata = 9
 * Image             int32 height = 1, width = 2, colorspace = 3; bytes encoded_image_string = 4
 * TensorProto       dtype = 1; TensorShapeProto tensor_shape = 2; repeated bytes string_val = 8
 * TensorShapeProto  repeated Dim dim = 2          Dim         int64 size = 1
 * SummaryMetadata   PluginData plugin_data = 1; data_class = 4
 * PluginData        string plugin_name = 1
 * </pre>
 *
 * <p>For one thread at a time.
 */
public final class EventFile implements AutoCloseable {
    private static final String VERSION = "brain.Event:2";
    private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{1,18})\\..*");
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    private static final int START = 1;
    private static final int VALUE = 1;
    private static final int TAG = 1;
    private static final int STRINGS = 7;
    private static final int TENSOR_CLASS = 2;
    private static final int RGB = 3;
    private static final int PNG_WIDTH = 16;
    private static final int PNG_HEIGHT = 20;
    /** Records wait in memory until there are so many bytes ... */
    private static final int WAITING = 1 << 14;
    /** ... or the eldest is so old, so that a run can be watched. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private final Path file;
    private final FileChannel out;
    private final Records records = new Records();
    private final Message message = new Message();
    private long written = System.nanoTime();

    private EventFile(Path file, FileChannel out) {
        this.file = file;
        this.out = out;
    }

    /**
     * Adds a file to a run's folder.
     *
     * @param step that the run goes on from, 0 for a new run; later events of earlier files are cut off
     */
    public static EventFile create(Path folder, long step) throws IOException {
        long time = System.currentTimeMillis() / 1000;
        for (Path earlier : files(folder)) {
            time = Math.max(time, time(earlier) + 1); // names ascend
            if (step == 0) Files.delete(earlier);
            else cut(earlier, step);
        }
        Path file = folder.resolve(String.format(Locale.ROOT, "events.out.tfevents.%010d.%s.%d", time, host(), ProcessHandle.current().pid()));
        EventFile events = new EventFile(file, FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        try {
            events.add(events.begin(0).text(FILE_VERSION, VERSION));
            Message m = events.begin(step + 1);
            int log = m.begin(SESSION_LOG);
            m.whole(1, START);
            m.end(log);
            events.add(m);
            events.flush();
            AtomicFile.force(folder);
        } catch (IOException e) {
            events.out.close();
            throw e;
        }
        return events;
    }

    /** Event files of a run, by time. */
    public static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(f -> NAME.matcher(f.getFileName().toString()).matches() && Files.isRegularFile(f)).sorted().toList();
        }
    }

    private static long time(Path file) {
        Matcher m = NAME.matcher(file.getFileName().toString());
        return m.matches() ? Long.parseLong(m.group(1)) : 0;
    }

    /** The machine's name as its environment has it; to look it up may take seconds. */
    private static String host() {
        String name = System.getenv().getOrDefault("HOSTNAME", System.getenv().getOrDefault("COMPUTERNAME", "localhost"));
        return name.replaceAll("[^A-Za-z0-9-]", "_");
    }

    private static void cut(Path file, long step) throws IOException {
        long end = Records.read(file, data -> step(data) <= step);
        try (FileChannel f = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (end < f.size()) f.truncate(end);
        }
    }

    /** Step of an event; that a session starts at a step belongs to the one before. */
    private static long step(ByteBuffer event) {
        CodedInputStream in = CodedInputStream.newInstance(event);
        long step = 0;
        boolean start = false;
        try {
            for (int key = in.readTag(); key != 0; key = in.readTag()) {
                start |= key >>> 3 == SESSION_LOG;
                if (key == STEP << 3) step = in.readInt64();
                else if (!in.skipField(key)) break;
            }
        } catch (IOException e) {
            return Long.MAX_VALUE; // no event
        }
        return start ? step - 1 : step;
    }

    /** Where the events go. */
    public Path path() {
        return file;
    }

    private Message begin(long step) {
        return message.clear().real(WALL_TIME, System.currentTimeMillis() / 1e3).whole(STEP, step);
    }

    private void add(Message m) throws IOException {
        records.add(m.array(), m.size());
        if (records.waiting() >= WAITING || System.nanoTime() - written > PATIENCE_NANOS) flush();
    }

    /**
     * Adds numbers of a step, each a point of the curve of its name. They reach the file within seconds.
     *
     * @param tags names; a part before a slash groups them
     * @param values as many; those that are NaN are left out
     */
    public void scalars(long step, List<String> tags, double... values) throws IOException {
        if (tags.size() != values.length) throw new IllegalArgumentException(tags.size() + " tags do not name " + values.length + " values");
        Message m = begin(step);
        int summary = m.begin(SUMMARY);
        for (int i = 0; i < values.length; i++) {
            if (Double.isNaN(values[i])) continue;
            int value = m.begin(VALUE);
            m.text(TAG, tags.get(i)).real(2, (float) values[i]);
            m.end(value);
        }
        m.end(summary);
        add(m);
    }

    /** Adds a text, which is shown as Markdown. */
    public void text(long step, String tag, String text) throws IOException {
        Message m = begin(step);
        int summary = m.begin(SUMMARY);
        int value = m.begin(VALUE);
        m.text(TAG, tag);
        int tensor = m.begin(8);
        m.whole(1, STRINGS);
        int shape = m.begin(2);
        int dim = m.begin(2);
        m.whole(1, 1);
        m.end(dim);
        m.end(shape);
        m.text(8, text);
        m.end(tensor);
        int metadata = m.begin(9);
        int plugin = m.begin(1);
        m.text(1, "text");
        m.end(plugin);
        m.whole(4, TENSOR_CLASS);
        m.end(metadata);
        m.end(value);
        m.end(summary);
        add(m);
    }

    /**
     * Adds a picture.
     *
     * @param png a file of this format
     */
    public void image(long step, String tag, byte[] png) throws IOException {
        if (png.length < PNG_HEIGHT + Integer.BYTES || png[1] != 'P' || png[2] != 'N' || png[3] != 'G') {
            throw new IllegalArgumentException(png.length + " bytes are no PNG file");
        }
        ByteBuffer header = ByteBuffer.wrap(png);
        Message m = begin(step);
        int summary = m.begin(SUMMARY);
        int value = m.begin(VALUE);
        m.text(TAG, tag);
        int image = m.begin(4);
        m.whole(1, header.getInt(PNG_HEIGHT)).whole(2, header.getInt(PNG_WIDTH)).whole(3, RGB).bytes(4, png);
        m.end(image);
        m.end(value);
        m.end(summary);
        add(m);
    }

    /** Hands all events so far to the system. */
    public void flush() throws IOException {
        written = System.nanoTime();
        records.writeTo(out);
    }

    @Override
    public void close() throws IOException {
        try (out) {
            flush();
        }
    }
}
