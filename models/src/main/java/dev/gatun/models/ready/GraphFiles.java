package dev.gatun.models.ready;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.GraphException;
import dev.gatun.graph.ir.GraphText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Files that hold one graph in Gatun's own textual form; state starts at zero. */
final class GraphFiles implements ModelSource {
    private static final String ENDING = ".graph";
    private static final long LARGEST = 1 << 28;

    @Override
    public String takes() {
        return "a file of Gatun's textual form that ends in " + ENDING;
    }

    @Override
    public Optional<ReadyModel> open(String what, int batch) throws IOException {
        Path path = RunFolders.path(what);
        if (path == null || !what.endsWith(ENDING) || !Files.isRegularFile(path)) return Optional.empty();
        if (batch != 0) throw new IllegalArgumentException(path + ": a graph's shapes are fixed, it takes no batch");
        if (Files.size(path) > LARGEST) throw new IllegalArgumentException(path + ": longer than " + LARGEST + " bytes, no graph");
        Graph graph;
        try {
            graph = GraphText.parse(Files.readString(path));
        } catch (GraphException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        }
        return Optional.of(new ReadyModel(path.toString(), Map.of(graph.name(), () -> graph),
                executable -> executable.states().forEach(s -> executable.state(s.name()).fill((byte) 0))));
    }
}
