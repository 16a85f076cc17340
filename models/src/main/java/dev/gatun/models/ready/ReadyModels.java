package dev.gatun.models.ready;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds models by what users call them.
 *
 * @param sources asked one after another
 */
public record ReadyModels(List<ModelSource> sources) {
    public ReadyModels {
        sources = List.copyOf(sources);
    }

    /** Ready models by name, run folders, ONNX models, and graphs in Gatun's own textual form. */
    public static ReadyModels standard() {
        return new ReadyModels(List.of(new NamedModels(), new RunFolders(), new OnnxFiles(), new GraphFiles()));
    }

    /**
     * Opens a model.
     *
     * @param what a name or a path
     * @param batch examples at once; 0 for the usual number
     * @throws IllegalArgumentException when nobody knows it, with what there is to choose from
     */
    public ReadyModel open(String what, int batch) throws IOException {
        if (batch < 0) throw new IllegalArgumentException("batch must not be negative, got " + batch);
        for (ModelSource s : sources) {
            Optional<ReadyModel> found = s.open(what, batch);
            if (found.isPresent()) return found.get();
        }
        String guess = Closest.question(what, sources.stream().flatMap(s -> s.names().stream()).toList());
        throw new IllegalArgumentException("no model '" + what + "'" + (guess.isEmpty() ? ": give " : guess + " Give ") + takes());
    }

    /** What there is to choose from, in words. */
    public String takes() {
        return sources.stream().map(ModelSource::takes).collect(Collectors.joining("; or "));
    }
}
