package dev.gatun.runtime;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Collects kernels on a time line, for <a href="https://ui.perfetto.dev">Perfetto</a> or chrome://tracing: the
 * Trace Event Format's complete events, microseconds since the first.
 */
public final class ChromeTrace implements KernelListener {
    private record Kind(String function, int step, String kernel, String source) {}

    private final List<Kind> kinds = new ArrayList<>();
    private long[] times = new long[1 << 12];

    /** Nothing collected yet. */
    public ChromeTrace() {}

    @Override
    public void ran(String function, int step, String kernel, String source, long start, long end) {
        int at = 2 * kinds.size();
        if (at == times.length) times = Arrays.copyOf(times, 2 * times.length);
        times[at] = start;
        times[at + 1] = end;
        kinds.add(new Kind(function, step, kernel, source));
    }

    /** Writes what was collected as one JSON object. */
    public void write(Appendable out) throws IOException {
        out.append("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
        out.append("{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"tid\":1,\"args\":{\"name\":\"gatun\"}}");
        for (int i = 0; i < kinds.size(); i++) {
            Kind k = kinds.get(i);
            double from = (times[2 * i] - times[0]) / 1e3;
            double length = (times[2 * i + 1] - times[2 * i]) / 1e3;
            out.append(String.format(Locale.ROOT, ",%n{\"name\":%s,\"cat\":%s,\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":%.3f,\"dur\":%.3f,"
                    + "\"args\":{\"step\":%d,\"source\":%s}}", quoted(k.kernel), quoted(k.function), from, length, k.step, quoted(k.source)));
        }
        out.append("\n]}\n");
    }

    private static String quoted(String text) {
        StringBuilder s = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') s.append('\\').append(c);
            else if (c < ' ') s.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            else s.append(c);
        }
        return s.append('"').toString();
    }
}
