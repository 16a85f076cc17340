package dev.gatun.tools;

import dev.gatun.models.data.image.Augmentation;
import dev.gatun.models.data.image.LoaderSettings;
import dev.gatun.models.data.image.Mixing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Random changes of the images to train on. */
final class AugmentOptions {
    @Option(
            names = "--augment",
            paramLabel = "LIST",
            description = "Random changes of each image, with commas between them: shift=PIXELS, rotate=DEGREES, flip, jitter=SHARE "
                    + "(brightness, contrast, saturation), cutout=PIXELS, mixup=A, cutmix=A; or none. Default: shift=2,rotate=10 for "
                    + "grey images, flip,shift=4 for others.")
    private String list;

    /** Checks the flag before any work is done. */
    void check() {
        apply(LoaderSettings.training(1, 1), 1);
    }

    /** The settings with the changes asked for, or the usual ones for a number of channels. */
    LoaderSettings apply(LoaderSettings settings, int channels) {
        String changes = text(channels);
        if (changes.equals("none")) return settings;
        List<Augmentation> augmentations = new ArrayList<>();
        double mixup = 0;
        double cutmix = 0;
        for (String item : changes.split(",", -1)) {
            int equals = item.indexOf('=');
            String name = equals < 0 ? item : item.substring(0, equals);
            String value = equals < 0 ? "" : item.substring(equals + 1);
            switch (name) {
                case "shift" -> augmentations.add(new Augmentation.PadCrop((int) number(item, value)));
                case "rotate" -> augmentations.add(new Augmentation.Rotation(number(item, value)));
                case "flip" -> augmentations.add(flip(item, value));
                case "jitter" -> augmentations.add(jitter((float) number(item, value)));
                case "cutout" -> augmentations.add(new Augmentation.Cutout((int) number(item, value)));
                case "mixup" -> mixup = number(item, value);
                case "cutmix" -> cutmix = number(item, value);
                default -> throw new IllegalArgumentException("--augment knows no '" + item
                        + "': choose of shift=2, rotate=10, flip, jitter=0.2, cutout=8, mixup=0.2, cutmix=1, or none");
            }
        }
        return settings.with(augmentations.toArray(Augmentation[]::new)).with(new Mixing(mixup, cutmix));
    }

    /** What is done, as the flag says it. */
    String text(int channels) {
        return list == null ? channels == 1 ? "shift=2,rotate=10" : "flip,shift=4" : list.strip().toLowerCase(Locale.ROOT);
    }

    private static Augmentation flip(String item, String value) {
        if (!value.isEmpty()) throw new IllegalArgumentException("--augment: flip has no number, got " + item);
        return new Augmentation.Flip();
    }

    private static Augmentation jitter(float share) {
        return new Augmentation.ColorJitter(share, share, share);
    }

    private static double number(String item, String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--augment: " + item + " needs a number, as in shift=2", e);
        }
    }
}
