package dev.gatun.models.vision;

import dev.gatun.models.optim.OptimizerKind;

/** Networks by name, with settings of training that suit them. */
public enum ImagePreset {
    /** {@link LeNet}. */
    LENET("lenet", "LeNet-5: two convolutions and three dense layers", 15, 10_000, 64, OptimizerKind.ADAMW, 4e-3, 0.01) {
        @Override
        public ImageConfig config(ImageSize image, int classes) {
            return LeNetConfig.of(image, classes);
        }
    },
    /** {@link ResNet} of 18 layers. */
    RESNET18("resnet18", "ResNet-18: residual blocks of two 3x3 convolutions", 3, 3_000, 64, OptimizerKind.SGD, 0.05, 5e-4) {
        @Override
        public ImageConfig config(ImageSize image, int classes) {
            return resNet(18, image, classes);
        }
    },
    /** {@link ResNet} of 34 layers. */
    RESNET34("resnet34", "ResNet-34: residual blocks of two 3x3 convolutions", 3, 3_000, 64, OptimizerKind.SGD, 0.05, 5e-4) {
        @Override
        public ImageConfig config(ImageSize image, int classes) {
            return resNet(34, image, classes);
        }
    },
    /** {@link ResNet} of 50 layers. */
    RESNET50("resnet50", "ResNet-50: residual blocks of 1x1, 3x3 and 1x1 convolutions", 3, 3_000, 32, OptimizerKind.SGD, 0.05, 5e-4) {
        @Override
        public ImageConfig config(ImageSize image, int classes) {
            return resNet(50, image, classes);
        }
    },
    /** A small {@link Vgg}. */
    VGG("vgg", "a small VGG: six 3x3 convolutions in three stages, with batch norm", 5, 10_000, 64, OptimizerKind.SGD, 0.05, 5e-4) {
        @Override
        public ImageConfig config(ImageSize image, int classes) {
            return VggConfig.small(image, classes);
        }
    },
    /** A small {@link MobileNet}. */
    MOBILENET("mobilenet", "a small MobileNet: convolutions cut into depthwise and pointwise ones", 5, 10_000, 64, OptimizerKind.ADAMW, 3e-3, 0.05) {
        @Override
        public ImageConfig config(ImageSize image, int classes) {
            return MobileNetConfig.small(image, classes);
        }
    },
    /** A small {@link Vit}. */
    VIT("vit", "a small vision transformer: four blocks over patches", 10, 10_000, 64, OptimizerKind.ADAMW, 1e-3, 0.05) {
        @Override
        public ImageConfig config(ImageSize image, int classes) {
            return VitConfig.small(image, classes);
        }
    };

    private final String label;
    private final String description;
    private final int epochs;
    private final int drawn;
    private final int batch;
    private final OptimizerKind optimizer;
    private final double learningRate;
    private final double weightDecay;

    ImagePreset(String label, String description, int epochs, int drawn, int batch, OptimizerKind optimizer, double learningRate,
            double weightDecay) {
        this.label = label;
        this.description = description;
        this.epochs = epochs;
        this.drawn = drawn;
        this.batch = batch;
        this.optimizer = optimizer;
        this.learningRate = learningRate;
        this.weightDecay = weightDecay;
    }

    private static ImageConfig resNet(int layers, ImageSize image, int classes) {
        return ResNetConfig.of(layers, image, classes, ResNetConfig.Stem.of(image));
    }

    /** Sizes for images. */
    public abstract ImageConfig config(ImageSize image, int classes);

    /** The name: {@code lenet}, {@code resnet18}. */
    public String label() {
        return label;
    }

    /** What it is, in half a line. */
    public String description() {
        return description;
    }

    /** Passes over the training images. */
    public int epochs() {
        return epochs;
    }

    /** Synthetic images to train on where there are no others: minutes on two cores. */
    public int drawn() {
        return drawn;
    }

    /** Images per step. */
    public int batch() {
        return batch;
    }

    public OptimizerKind optimizer() {
        return optimizer;
    }

    /** Highest learning rate of the schedule, for the preset's own optimizer. */
    public double learningRate() {
        return learningRate;
    }

    public double weightDecay() {
        return weightDecay;
    }

    @Override
    public String toString() {
        return label;
    }
}
