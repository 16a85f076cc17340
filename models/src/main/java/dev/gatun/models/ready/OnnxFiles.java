package dev.gatun.models.ready;

import dev.gatun.models.onnx.ModelGraph;
import dev.gatun.models.onnx.OnnxModel;
import dev.gatun.models.onnx.Port;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** ONNX models; a batch is the size of inputs' first dimensions where these are open, other open sizes are 1. */
final class OnnxFiles implements ModelSource {
    private static final String ENDING = ".onnx";

    @Override
    public String takes() {
        return "an ONNX model that ends in " + ENDING;
    }

    @Override
    public Optional<ReadyModel> open(String what, int batch) throws IOException {
        Path path = RunFolders.path(what);
        if (path == null || !what.endsWith(ENDING) || !Files.isRegularFile(path)) return Optional.empty();
        OnnxModel model = OnnxModel.read(path);
        Map<String, Integer> sizes = new HashMap<>();
        for (Port p : model.inputs()) {
            List<Port.Size> dims = p.dims().orElse(List.of());
            if (batch > 0 && !dims.isEmpty() && dims.getFirst().fixed() == 0) sizes.put(dims.getFirst().symbol(), batch);
        }
        if (batch > 0 && sizes.isEmpty()) throw new IllegalArgumentException(path + ": the model's shapes are fixed, it takes no batch");
        ModelGraph graph = model.graph(sizes);
        return Optional.of(new ReadyModel(path.toString(), Map.of(OnnxModel.FUNCTION, graph::graph), executable -> graph.load(executable::state)));
    }
}
