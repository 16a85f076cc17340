package dev.gatun.models.vision;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Sizes of a {@link Vgg}.
 *
 * @param image large enough to be halved once for each stage
 * @param classes scored
 * @param widths channels of each stage
 * @param depths convolutions of each stage
 * @param hidden width of two dense layers before the output; 0 for none, after the mean over rows and columns
 * @param dropout probability after each of them while training, in [0,1)
 */
public record VggConfig(ImageSize image, int classes, List<Integer> widths, List<Integer> depths, int hidden, double dropout)
        implements ImageConfig {
    /** Name of the kind. */
    public static final String KIND = "vgg";

    public VggConfig {
        widths = List.copyOf(widths);
        depths = List.copyOf(depths);
        ImageConfig.size("classes", classes);
        widths.forEach(w -> ImageConfig.size("width", w));
        depths.forEach(d -> ImageConfig.size("depth", d));
        if (hidden != 0) ImageConfig.size("hidden", hidden);
        if (!(dropout >= 0 && dropout < 1)) throw new IllegalArgumentException("dropout must lie in [0,1), got " + dropout);
        if (widths.isEmpty() || widths.size() != depths.size()) {
            throw new IllegalArgumentException("a width and a depth are needed for each stage, got " + widths + " and " + depths);
        }
        if (Math.min(image.height(), image.width()) >> widths.size() == 0) {
            throw new IllegalArgumentException(widths.size() + " stages halve images of " + image + " to nothing: take fewer");
        }
    }

    /** Three stages of two convolutions, 0.3 million parameters, for images of about 32x32. */
    public static VggConfig small(ImageSize image, int classes) {
        return new VggConfig(image, classes, List.of(32, 64, 128), Collections.nCopies(3, 2), 0, 0);
    }

    /** VGG-11 (Simonyan and Zisserman, 2015, configuration A), for images of about 224x224. */
    public static VggConfig vgg11(ImageSize image, int classes) {
        return new VggConfig(image, classes, List.of(64, 128, 256, 512, 512), List.of(1, 1, 2, 2, 2), 4096, 0.5);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Map<String, Object> sizes() {
        return ImageConfig.named("widths", widths, "depths", depths, "hidden", hidden, "dropout", dropout);
    }

    @Override
    public Vgg model() {
        return Vgg.of(this);
    }
}
