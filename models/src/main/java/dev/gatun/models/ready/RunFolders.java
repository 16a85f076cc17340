package dev.gatun.models.ready;

import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.tasks.ModelKind;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.vision.ImageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Run folders, with their weights. */
final class RunFolders implements ModelSource {
    private static final int BATCH = 8;

    @Override
    public String takes() {
        return "a run folder";
    }

    @Override
    public Optional<ReadyModel> open(String what, int batch) throws IOException {
        Path path = path(what);
        if (path == null || !Files.isDirectory(path)) return Optional.empty();
        RunFolder folder = RunFolder.open(path);
        Record record = ModelKind.open(folder);
        ParameterTree parameters = ParameterTree.of(record);
        folder.checkWeights(parameters);
        ReadyModel.Start start = executable -> {
            executable.states().forEach(s -> executable.state(s.name()).fill((byte) 0));
            folder.readWeights(parameters, executable);
        };
        return Optional.of(switch (record) {
            case LanguageModel m -> Functions.language(what, m, parameters, batch == 0 ? BATCH : batch, start);
            case ImageModel m -> Functions.images(what, m, parameters, BATCH, batch, start);
            default -> throw new IllegalArgumentException(path + " holds a model of kind " + folder.kind()
                    + ", which is neither a language model nor a classifier of images");
        });
    }

    /** A path, or {@code null} for text that is none. */
    static Path path(String what) {
        try {
            return Path.of(what);
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
