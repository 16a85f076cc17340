package dev.gatun.models.vision;

import java.util.Map;

/**
 * Sizes of a {@link LeNet}.
 *
 * @param image at least 12 rows and columns
 * @param classes scored
 * @param first channels of the first convolution
 * @param second channels of the second
 * @param third width of the first dense layer
 * @param fourth width of the second
 */
public record LeNetConfig(ImageSize image, int classes, int first, int second, int third, int fourth) implements ImageConfig {
    /** Name of the kind. */
    public static final String KIND = "lenet";

    private static final int LEAST = 12;

    public LeNetConfig {
        ImageConfig.size("classes", classes);
        ImageConfig.size("first", first);
        ImageConfig.size("second", second);
        ImageConfig.size("third", third);
        ImageConfig.size("fourth", fourth);
        if (image.height() < LEAST || image.width() < LEAST) {
            throw new IllegalArgumentException("LeNet takes images of at least " + LEAST + "x" + LEAST + ", got " + image);
        }
    }

    /** The sizes of the paper. */
    public static LeNetConfig of(ImageSize image, int classes) {
        return new LeNetConfig(image, classes, 6, 16, 120, 84);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Map<String, Object> sizes() {
        return ImageConfig.named("first", first, "second", second, "third", third, "fourth", fourth);
    }

    @Override
    public LeNet model() {
        return LeNet.of(this);
    }
}
