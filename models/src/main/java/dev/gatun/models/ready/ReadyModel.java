package dev.gatun.models.ready;

import dev.gatun.graph.ir.Graph;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A model that can be compiled as it is.
 *
 * @param name for headings
 * @param functions what traces each of its functions, by name; the first one is the main one
 * @param start gives state its first content
 */
public record ReadyModel(String name, Map<String, Supplier<Graph>> functions, Start start) {
    /** Gives the states of an executable their first content: weights of a file, or those that training starts with. */
    @FunctionalInterface
    public interface Start {
        void write(Executable executable) throws IOException;
    }

    /** Keeps the order of the functions. */
    public ReadyModel {
        functions = Collections.unmodifiableMap(new LinkedHashMap<>(functions));
        if (functions.isEmpty()) throw new IllegalArgumentException("model " + name + " has no function");
    }

    /**
     * Traces a function.
     *
     * @param function its name; {@code null} for the main one
     * @throws IllegalArgumentException listing the functions there are
     */
    public Graph graph(String function) {
        String chosen = function == null ? functions.keySet().iterator().next() : function;
        Supplier<Graph> trace = functions.get(chosen);
        if (trace == null) {
            throw new IllegalArgumentException(name + " has no function '" + chosen + "': choose one of " + String.join(", ", functions.keySet()));
        }
        return trace.get();
    }
}
