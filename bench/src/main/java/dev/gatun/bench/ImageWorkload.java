package dev.gatun.bench;

import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.Optimizer;
import dev.gatun.models.optim.Sgd;
import dev.gatun.models.vision.ImageModel;
import dev.gatun.models.vision.LeNet;
import dev.gatun.models.vision.ResNet;

/**
 * A training step of a convolutional network on ten class prototypes with noise.
 *
 * @param name in the result lines
 * @param model a record
 * @param batch images per step
 * @param size rows and columns of an image
 * @param channels of an image
 * @param optimizer how parameters change
 * @param learningRate for all steps
 * @param forwardFlops operations of convolutions and dense layers for one image
 */
record ImageWorkload(
        String name, ImageModel model, int batch, int size, int channels, Optimizer optimizer, float learningRate, double forwardFlops) {
    /** Classes and prototypes. */
    static final int CLASSES = 10;

    /** A workload by its name; {@code null} when there is no such one. */
    static ImageWorkload of(String name) {
        return switch (name) {
            case "lenet5-b64" -> new ImageWorkload(name, LeNet.of(1, CLASSES), 64, LeNet.SIZE, 1,
                    new AdamW(0.9, 0.999, 1e-8, 0, false), 1e-3f,
                    2.0 * (28 * 28 * 6 * 25 + 10 * 10 * 16 * 150 + 400 * 120 + 120 * 84 + 840));
            case "resnet18-cifar-b64" -> new ImageWorkload(name, ResNet.small18(3, CLASSES), 64, 32, 3,
                    new Sgd(0.9, false, 0), 0.01f, resNetFlops());
            default -> null;
        };
    }

    /** Counted as the peers do: convolutions alone. */
    private static double resNetFlops() {
        double flops = 2.0 * 32 * 32 * 64 * 27;
        int in = 64;
        int size = 32;
        for (int width : new int[] {64, 128, 256, 512}) {
            for (int i = 0; i < 2; i++) {
                boolean halves = width != in;
                if (halves) size /= 2;
                double places = 2.0 * size * size * width;
                flops += places * (9.0 * in + 9.0 * width) + (halves ? places * in : 0);
                in = width;
            }
        }
        return flops;
    }

    int elements() {
        return batch * size * size * channels;
    }
}
