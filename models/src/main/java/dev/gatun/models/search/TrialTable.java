package dev.gatun.models.search;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Trials as a file for others to read.
 *
 * @param objective what the value is called
 * @param space that the trials are from
 * @param trials in the order of the table
 */
public record TrialTable(String objective, SearchSpace space, List<Trial> trials) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Keeps a copy. */
    public TrialTable {
        trials = List.copyOf(trials);
    }

    /** Names of what was measured besides the objective. */
    private Set<String> metrics() {
        Set<String> names = new LinkedHashSet<>();
        trials.stream().filter(Trial::measured).forEach(t -> names.addAll(t.last().metrics().keySet()));
        names.remove(objective);
        return names;
    }

    /** As CSV: trial, status, the objective, steps, seconds, the settings, other metrics, the reason of a failure. */
    public String csv() {
        Set<String> metrics = metrics();
        List<String> head = new ArrayList<>(List.of("trial", "status", objective, "steps", "seconds"));
        space.dimensions().forEach(d -> head.add(d.name()));
        head.addAll(metrics);
        head.add("failure");
        StringBuilder csv = new StringBuilder(line(head));
        for (Trial t : trials) {
            List<String> row = new ArrayList<>(List.of("" + t.number(), t.status().name().toLowerCase(Locale.ROOT)));
            row.add(t.measured() ? "" + t.last().value() : "");
            row.add(t.measured() ? "" + t.last().steps() : "");
            row.add(t.measured() ? String.format(Locale.ROOT, "%.3f", t.last().seconds()) : "");
            row.addAll(t.point().values().values());
            for (String m : metrics) row.add(t.measured() && t.last().metrics().containsKey(m) ? "" + t.last().metrics().get(m) : "");
            row.add(t.failure());
            csv.append(line(row));
        }
        return csv.toString();
    }

    private static String line(List<String> fields) {
        return fields.stream().map(f -> f.matches("(?s).*[,\"\\r\\n].*") ? '"' + f.replace("\"", "\"\"") + '"' : f).collect(Collectors.joining(",")) + "\n";
    }

    /** As JSON: an array of trials with all their measurements. */
    public String json() {
        ArrayNode all = JSON.createArrayNode();
        for (Trial t : trials) {
            ObjectNode o = all.addObject().put("trial", t.number()).put("status", t.status().name().toLowerCase(Locale.ROOT));
            ObjectNode values = o.putObject("settings");
            t.point().values().forEach(values::put);
            ArrayNode measured = o.putArray("measurements");
            for (Measurement m : t.measurements()) {
                ObjectNode one = measured.addObject().put(objective, m.value()).put("steps", m.steps()).put("seconds", m.seconds());
                m.metrics().forEach((name, value) -> {
                    if (!name.equals(objective)) one.put(name, value);
                });
            }
            if (!t.failure().isEmpty()) o.put("failure", t.failure());
        }
        return all.toPrettyString() + "\n";
    }
}
