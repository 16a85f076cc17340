package dev.gatun.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Times of one benchmark, in milliseconds, of all iterations of all JVMs.
 *
 * @param times each above 0
 */
record Samples(List<Double> times) {
    private static final Map<String, Double> MILLISECONDS = Map.of("s", 1e3, "ms", 1.0, "us", 1e-3, "ns", 1e-6, "min", 6e4);

    Samples {
        times = List.copyOf(times);
    }

    /**
     * Reads JMH's JSON.
     *
     * @throws IllegalArgumentException when the file is missing or is none
     */
    static Map<String, Samples> read(Path file) {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": no such file", e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(file + ": no JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
        }
        if (root == null || !root.isArray()) throw new IllegalArgumentException(file + ": expected a list of JMH results");
        Map<String, Samples> all = new LinkedHashMap<>();
        for (JsonNode entry : root) {
            JsonNode name = entry.path("benchmark");
            if (!name.isTextual()) throw new IllegalArgumentException(file + ": a result without the field benchmark");
            all.put(name(entry), times(file, name.textValue(), entry.path("primaryMetric")));
        }
        return all;
    }

    private static String name(JsonNode entry) {
        TreeMap<String, String> params = new TreeMap<>();
        entry.path("params").properties().forEach(p -> params.put(p.getKey(), p.getValue().asText()));
        StringBuilder name = new StringBuilder(entry.path("benchmark").textValue().replaceAll("^.*\\.([A-Z]\\w*)\\.", "$1."));
        params.forEach((k, v) -> name.append(' ').append(k).append('=').append(v));
        return name.toString();
    }

    private static Samples times(Path file, String benchmark, JsonNode metric) {
        String unit = metric.path("scoreUnit").asText();
        boolean rate = unit.startsWith("ops/");
        Double scale = MILLISECONDS.get(rate ? unit.substring(4) : unit.replace("/op", ""));
        if (scale == null) throw new IllegalArgumentException(file + ": " + benchmark + ": unknown scoreUnit '" + unit + "'");
        List<Double> times = new ArrayList<>();
        for (JsonNode fork : metric.path("rawData")) {
            for (JsonNode x : fork) {
                double ms = rate ? scale / x.asDouble() : scale * x.asDouble();
                if (!(ms > 0) || Double.isInfinite(ms)) throw new IllegalArgumentException(file + ": " + benchmark + ": score " + x + " is no time or rate");
                times.add(ms);
            }
        }
        if (times.isEmpty()) throw new IllegalArgumentException(file + ": " + benchmark + ": no rawData");
        return new Samples(times);
    }

    /** Geometric mean. */
    double milliseconds() {
        return Math.exp(meanLog());
    }

    double meanLog() {
        return times.stream().mapToDouble(Math::log).average().orElseThrow();
    }

    /** Variance of the mean of logarithms; no number when there is one sample. */
    double varianceOfMean() {
        double mean = meanLog();
        double sum = times.stream().mapToDouble(t -> (Math.log(t) - mean) * (Math.log(t) - mean)).sum();
        return sum / (times.size() - 1) / times.size();
    }
}
