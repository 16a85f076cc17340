package dev.gatun.models.tasks;

import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.llama.LlamaConfig;
import dev.gatun.models.train.ConfigFields;
import dev.gatun.models.train.RunFolder;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The kinds of models that a run folder can be opened as: how {@code config.json} becomes a model again. */
public enum ModelKind {
    /** {@link Gpt}. */
    GPT(Gpt.KIND) {
        @Override
        Record read(ConfigFields f) {
            return Gpt.of(new GptConfig(f.whole("vocabulary"), f.whole("context"), f.whole("layers"), f.whole("heads"), f.whole("width"),
                    f.choice("positions", GptConfig.Positions.class), f.real("dropout")));
        }
    },
    /** {@link Llama}. */
    LLAMA(Llama.KIND) {
        @Override
        Record read(ConfigFields f) {
            return Llama.of(new LlamaConfig(f.whole("vocabulary"), f.whole("context"), f.whole("layers"), f.whole("heads"), f.whole("keyHeads"),
                    f.whole("width"), f.whole("headWidth"), f.whole("hidden"), f.real("epsilon"), f.real("rotaryBase"), f.flag("tied")));
        }
    };

    private final String label;

    ModelKind(String label) {
        this.label = label;
    }

    /** A model of the sizes that a file gives. */
    abstract Record read(ConfigFields fields);

    /**
     * The model that a run folder describes, with no weights yet.
     *
     * @throws CheckpointException when {@code config.json} is broken, or of a kind that is not listed here
     */
    public static Record open(RunFolder folder) throws IOException {
        String label = folder.kind();
        ModelKind kind = Arrays.stream(values()).filter(k -> k.label.equals(label)).findFirst()
                .orElseThrow(() -> new CheckpointException(folder.config(), "model.kind", "expected one of "
                        + Arrays.stream(values()).map(k -> k.label).collect(Collectors.joining(", ")) + ", found \"" + label + "\""));
        try {
            return kind.read(folder.sizes());
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(folder.config(), "model", e.getMessage(), e);
        }
    }
}
