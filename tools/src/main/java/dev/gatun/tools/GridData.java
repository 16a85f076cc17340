package dev.gatun.tools;

import dev.gatun.models.data.features.GridReader;
import dev.gatun.models.data.features.LabelledGrids;
import dev.gatun.models.data.features.SoundReader;
import dev.gatun.models.data.features.SyntheticMovements;
import dev.gatun.models.data.features.SyntheticSounds;
import dev.gatun.models.data.features.VideoReader;
import dev.gatun.models.data.image.Part;

/** Examples for readers. */
final class GridData {
    private GridData() {}

    /** Examples that are made by procedure, of the size that a reader makes. */
    static LabelledGrids synthetic(GridReader reader, Part part, int count) {
        return switch (reader) {
            case SoundReader r -> SyntheticSounds.draw(part, count, TrainGridCommand.SYNTHETIC_SEED, r);
            case VideoReader r -> SyntheticMovements.draw(part, count, TrainGridCommand.SYNTHETIC_SEED, r);
        };
    }
}
