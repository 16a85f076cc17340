package dev.gatun.models.vision;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Sizes of a {@link ResNet}.
 *
 * @param image of any size
 * @param classes scored
 * @param stem what stands before the blocks
 * @param bottleneck whether blocks are of three convolutions, as from ResNet-50 on
 * @param depths blocks of each stage; each stage after the first has half the rows and columns and twice the channels
 * @param width channels inside the first stage
 */
public record ResNetConfig(ImageSize image, int classes, Stem stem, boolean bottleneck, List<Integer> depths, int width)
        implements ImageConfig {
    /** Name of the kind. */
    public static final String KIND = "resnet";

    /** What stands before the blocks. */
    public enum Stem {
        /** A 3x3 convolution, for small images, as of CIFAR. */
        SMALL,
        /** A 7x7 convolution with stride 2 and 3x3 max pooling, for large images, as of ImageNet. */
        LARGE;

        private static final int SMALL_SIDE = 96;

        /** The one that suits a size of images. */
        public static Stem of(ImageSize image) {
            return Math.min(image.height(), image.width()) < SMALL_SIDE ? SMALL : LARGE;
        }
    }

    private static final int WIDTH = 64;
    private static final int MOST_STAGES = 8;

    public ResNetConfig {
        depths = List.copyOf(depths);
        ImageConfig.size("classes", classes);
        ImageConfig.size("width", width);
        if (depths.isEmpty() || depths.size() > MOST_STAGES) {
            throw new IllegalArgumentException("a residual network has 1 to " + MOST_STAGES + " stages, got " + depths);
        }
        depths.forEach(d -> ImageConfig.size("depth", d));
    }

    /**
     * A network of the paper.
     *
     * @param layers 18, 34, 50, 101 or 152
     */
    public static ResNetConfig of(int layers, ImageSize image, int classes, Stem stem) {
        List<Integer> depths = switch (layers) {
            case 18 -> List.of(2, 2, 2, 2);
            case 34, 50 -> List.of(3, 4, 6, 3);
            case 101 -> List.of(3, 4, 23, 3);
            case 152 -> List.of(3, 8, 36, 3);
            default -> throw new IllegalArgumentException("a residual network has 18, 34, 50, 101 or 152 layers, got " + layers);
        };
        return new ResNetConfig(image, classes, stem, layers >= 50, depths, WIDTH);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Map<String, Object> sizes() {
        return ImageConfig.named("stem", stem.name().toLowerCase(Locale.ROOT), "bottleneck", bottleneck, "depths", depths, "width", width);
    }

    @Override
    public ResNet model() {
        return ResNet.of(this);
    }
}
