package dev.gatun.models.metrics;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Figures as JSON, which knows no NaN and no infinity. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** Adds a figure, or null where it is no number. */
    static ObjectNode put(ObjectNode node, String name, double figure) {
        return Double.isFinite(figure) ? node.put(name, figure) : node.putNull(name);
    }
}
