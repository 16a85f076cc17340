package dev.gatun.models.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** This machine, for the record. */
final class Machine {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final double KIB_PER_GIB = 1 << 20;

    private Machine() {}

    /** What people want to know of it, by name; what the system does not tell is left out. */
    static Map<String, String> facts(String banner) {
        Map<String, String> facts = new LinkedHashMap<>();
        String processor = field(PROCESSORS, "model name");
        facts.put("processor", (processor.isEmpty() ? System.getProperty("os.arch") : processor) + ", " + Runtime.getRuntime().availableProcessors() + " cores");
        String memory = field(MEMORY, "MemTotal").replaceAll("[^0-9]", "");
        if (!memory.isEmpty()) facts.put("memory", String.format(Locale.ROOT, "%.1f GiB", Long.parseLong(memory) / KIB_PER_GIB));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        facts.put("java", System.getProperty("java.runtime.version") + ", " + System.getProperty("java.vendor"));
        facts.put("backend", banner);
        return facts;
    }

    /** What a file says behind {@code name:} at first; empty where it does not. */
    private static String field(Path file, String name) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(l -> l.startsWith(name)).findFirst().map(l -> l.substring(l.indexOf(':') + 1).strip()).orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
