package dev.gatun.tools;

import dev.gatun.models.data.features.GridReader;
import dev.gatun.models.data.features.SpecAugment;
import dev.gatun.models.data.features.VideoReader;
import dev.gatun.models.data.video.FrameStack;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gatun train video}. */
@Command(
        name = "video",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains a network to tell the classes of short videos apart.",
            "",
            "Frames that are evenly spread over a video, grey and of one size, become the channels of one picture. A video "
                    + "is an animated GIF, or a folder of pictures in the order of their names.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun train video                                     synthetic movements, nothing to download",
            "  gatun train video --data gestures/ --frames 12        a sub-folder of GIFs or frames a class",
            "  gatun eval runs/video-... --data more-gestures/       accuracy, F1, confusion matrix",
            "  gatun predict runs/video-... wave.gif frames/         what is seen"
        })
final class TrainVideoCommand extends TrainGridCommand {
    @Option(names = "--image-size", paramLabel = "HxW", defaultValue = "32x32", description = "Size that frames are scaled to. Default: 32x32.")
    private String imageSize;

    @Option(names = "--frames", paramLabel = "N", defaultValue = "8", description = "Frames of a video that are taken. Default: 8.")
    private int frames;

    @Override
    String label() {
        return "video";
    }

    @Override
    public ResumableCommand fresh() {
        return new TrainVideoCommand();
    }

    @Override
    void checkReader() {
        Flags.atLeastOne("--frames", frames);
        reader(null);
    }

    @Override
    GridReader reader(Path folder) {
        int[] size = Flags.size("--image-size", imageSize);
        return new VideoReader(new FrameStack(size[0], size[1], frames));
    }

    @Override
    SpecAugment augment(GridReader reader) {
        return SpecAugment.none();
    }
}
