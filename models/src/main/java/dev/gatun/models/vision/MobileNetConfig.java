package dev.gatun.models.vision;

import java.util.List;
import java.util.Map;

/**
 * Sizes of a {@link MobileNet}.
 *
 * @param image of any size
 * @param classes scored
 * @param stem channels of the first convolution
 * @param stemStride its stride
 * @param widths channels after each block
 * @param strides of each block's depthwise convolution
 */
public record MobileNetConfig(ImageSize image, int classes, int stem, int stemStride, List<Integer> widths, List<Integer> strides)
        implements ImageConfig {
    /** Name of the kind. */
    public static final String KIND = "mobilenet";

    public MobileNetConfig {
        widths = List.copyOf(widths);
        strides = List.copyOf(strides);
        ImageConfig.size("classes", classes);
        ImageConfig.size("stem", stem);
        ImageConfig.size("stem stride", stemStride);
        widths.forEach(w -> ImageConfig.size("width", w));
        strides.forEach(s -> ImageConfig.size("stride", s));
        if (widths.isEmpty() || widths.size() != strides.size()) {
            throw new IllegalArgumentException("a width and a stride are needed for each block, got " + widths + " and " + strides);
        }
    }

    /** Six blocks, 0.1 million parameters, for images of about 32x32. */
    public static MobileNetConfig small(ImageSize image, int classes) {
        return new MobileNetConfig(image, classes, 16, 1, List.of(32, 64, 64, 128, 128, 256), List.of(1, 2, 1, 2, 1, 1));
    }

    /** The network of the paper, for images of about 224x224. */
    public static MobileNetConfig large(ImageSize image, int classes) {
        return new MobileNetConfig(image, classes, 32, 2, List.of(64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024),
                List.of(1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Map<String, Object> sizes() {
        return ImageConfig.named("stem", stem, "stemStride", stemStride, "widths", widths, "strides", strides);
    }

    @Override
    public MobileNet model() {
        return MobileNet.of(this);
    }
}
