package dev.gatun.models.vision;

import java.util.Locale;
import java.util.Map;

/**
 * Sizes of a {@link Vit}.
 *
 * @param image a whole number of patches high and wide
 * @param classes scored
 * @param patch rows and columns of a patch
 * @param layers number of blocks
 * @param heads attention heads of a block
 * @param width of the hidden vectors, a multiple of the heads
 * @param pooling what the scores are taken from
 * @param dropout probability while training, in [0,1)
 */
public record VitConfig(ImageSize image, int classes, int patch, int layers, int heads, int width, Pooling pooling, double dropout)
        implements ImageConfig {
    /** Name of the kind. */
    public static final String KIND = "vit";

    /** What the scores are taken from. */
    public enum Pooling {
        /** A trained vector put before the patches, as in the paper. */
        TOKEN,
        /** The mean over patches. */
        MEAN
    }

    private static final int LEAST_PATCHES = 49;

    public VitConfig {
        ImageConfig.size("classes", classes);
        ImageConfig.size("patch", patch);
        ImageConfig.size("layers", layers);
        ImageConfig.size("heads", heads);
        ImageConfig.size("width", width);
        if (width % heads != 0) {
            throw new IllegalArgumentException("heads must divide width, got heads " + heads + " and width " + width);
        }
        if (image.height() % patch != 0 || image.width() % patch != 0) {
            throw new IllegalArgumentException("patches of " + patch + "x" + patch + " do not tile images of " + image
                    + ": resize the images, or take another patch size");
        }
        if (!(dropout >= 0 && dropout < 1)) throw new IllegalArgumentException("dropout must lie in [0,1), got " + dropout);
    }

    /**
     * Four blocks of width 96, 0.5 million parameters, over the largest patches that tile the image and are at least 49:
     * 4x4 for images of 28x28 and 32x32.
     */
    public static VitConfig small(ImageSize image, int classes) {
        int patch = Math.min(16, Math.min(image.height(), image.width()));
        while (patch > 1 && !(image.height() % patch == 0 && image.width() % patch == 0
                && image.height() / patch * (image.width() / patch) >= LEAST_PATCHES)) patch--;
        return new VitConfig(image, classes, patch, 4, 4, 96, Pooling.TOKEN, 0);
    }

    /** ViT-B/16 of the paper, for images of 224x224. */
    public static VitConfig base16(ImageSize image, int classes) {
        return new VitConfig(image, classes, 16, 12, 12, 768, Pooling.TOKEN, 0);
    }

    /** Number of patches. */
    public int patches() {
        return image.height() / patch * (image.width() / patch);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Map<String, Object> sizes() {
        return ImageConfig.named("patch", patch, "layers", layers, "heads", heads, "width", width,
                "pooling", pooling.name().toLowerCase(Locale.ROOT), "dropout", dropout);
    }

    @Override
    public Vit model() {
        return Vit.of(this);
    }
}
