package dev.gatun.models.tasks;

import dev.gatun.models.bert.Bert;
import dev.gatun.models.bert.BertConfig;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.llama.LlamaConfig;
import dev.gatun.models.mlp.Perceptron;
import dev.gatun.models.mlp.PerceptronConfig;
import dev.gatun.models.rnn.Lstm;
import dev.gatun.models.rnn.LstmConfig;
import dev.gatun.models.lora.LoraModel;
import dev.gatun.models.lora.LoraSettings;
import dev.gatun.models.train.ConfigFields;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.vision.ImageConfig;
import dev.gatun.models.vision.ImageSize;
import dev.gatun.models.vision.LeNetConfig;
import dev.gatun.models.vision.MobileNetConfig;
import dev.gatun.models.vision.ResNetConfig;
import dev.gatun.models.vision.VggConfig;
import dev.gatun.models.vision.VitConfig;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The kinds of models that a run folder can be opened as: how {@code config.json} becomes a model again. */
public enum ModelKind {
    /** {@link Gpt}. */
    GPT(Gpt.KIND) {
        @Override
        Record read(ConfigFields f) {
            return Gpt.of(new GptConfig(f.whole("vocabulary"), f.whole("context"), f.whole("layers"), f.whole("heads"), f.whole("width"),
                    f.choice("positions", GptConfig.Positions.class), f.real("dropout")));
        }
    },
    /** {@link Llama}. */
    LLAMA(Llama.KIND) {
        @Override
        Record read(ConfigFields f) {
            return Llama.of(new LlamaConfig(f.whole("vocabulary"), f.whole("context"), f.whole("layers"), f.whole("heads"), f.whole("keyHeads"),
                    f.whole("width"), f.whole("headWidth"), f.whole("hidden"), f.real("epsilon"), f.real("rotaryBase"), f.flag("tied")));
        }
    },
    /** {@link Bert}. */
    BERT(Bert.KIND) {
        @Override
        Record read(ConfigFields f) {
            return Bert.of(new BertConfig(f.whole("vocabulary"), f.whole("context"), f.whole("segments"), f.whole("layers"), f.whole("heads"),
                    f.whole("width"), f.whole("hidden"), f.real("epsilon"), f.flag("pooler"), f.flag("tokenHead"), f.whole("classes")));
        }
    },
    /** {@link Perceptron}. */
    MLP(Perceptron.KIND) {
        @Override
        Record read(ConfigFields f) {
            return Perceptron.of(new PerceptronConfig(f.whole("inputs"), f.wholes("hidden"), f.whole("outputs"), f.real("dropout")));
        }
    },
    /** {@link Lstm}. */
    LSTM(Lstm.KIND) {
        @Override
        Record read(ConfigFields f) {
            return Lstm.of(new LstmConfig(f.whole("vocabulary"), f.whole("context"), f.whole("layers"), f.whole("width"), f.whole("embedding"),
                    f.real("dropout")));
        }
    },
    /** {@link dev.gatun.models.vision.LeNet}. */
    LENET(LeNetConfig.KIND) {
        @Override
        Record read(ConfigFields f) {
            return model(new LeNetConfig(image(f), f.whole("classes"), f.whole("first"), f.whole("second"), f.whole("third"), f.whole("fourth")));
        }
    },
    /** {@link dev.gatun.models.vision.ResNet}. */
    RESNET(ResNetConfig.KIND) {
        @Override
        Record read(ConfigFields f) {
            return model(new ResNetConfig(image(f), f.whole("classes"), f.choice("stem", ResNetConfig.Stem.class), f.flag("bottleneck"),
                    f.wholes("depths"), f.whole("width")));
        }
    },
    /** {@link dev.gatun.models.vision.Vgg}. */
    VGG(VggConfig.KIND) {
        @Override
        Record read(ConfigFields f) {
            return model(new VggConfig(image(f), f.whole("classes"), f.wholes("widths"), f.wholes("depths"), f.whole("hidden"), f.real("dropout")));
        }
    },
    /** {@link dev.gatun.models.vision.MobileNet}. */
    MOBILENET(MobileNetConfig.KIND) {
        @Override
        Record read(ConfigFields f) {
            return model(new MobileNetConfig(image(f), f.whole("classes"), f.whole("stem"), f.whole("stemStride"), f.wholes("widths"),
                    f.wholes("strides")));
        }
    },
    /** {@link dev.gatun.models.vision.Vit}. */
    VIT(VitConfig.KIND) {
        @Override
        Record read(ConfigFields f) {
            return model(new VitConfig(image(f), f.whole("classes"), f.whole("patch"), f.whole("layers"), f.whole("heads"), f.whole("width"),
                    f.choice("pooling", VitConfig.Pooling.class), f.real("dropout")));
        }
    };

    private final String label;

    ModelKind(String label) {
        this.label = label;
    }

    private static Record model(ImageConfig c) {
        return (Record) c.model();
    }

    private static ImageSize image(ConfigFields f) {
        return new ImageSize(f.whole("imageHeight"), f.whole("imageWidth"), f.whole("channels"));
    }

    /** A model of the sizes that a file gives. */
    abstract Record read(ConfigFields fields);

    /** The model with the changes that the sizes speak of, if they do. */
    private static Record adapted(Record model, ConfigFields f) {
        if (!f.has(LoraModel.RANK) || !(model instanceof LanguageModel base)) return model;
        return LoraModel.of(base, new LoraSettings(f.whole(LoraModel.RANK), f.real(LoraModel.ALPHA),
                f.has(LoraModel.DROPOUT) ? f.real(LoraModel.DROPOUT) : 0, List.of(f.text(LoraModel.TARGETS).split(","))));
    }

    /**
     * The model that a run folder describes, with no weights yet.
     *
     * @throws CheckpointException when {@code config.json} is broken, or of a kind that is not listed here
     */
    public static Record open(RunFolder folder) throws IOException {
        String label = folder.kind();
        ModelKind kind = Arrays.stream(values()).filter(k -> k.label.equals(label)).findFirst()
                .orElseThrow(() -> new CheckpointException(folder.config(), "model.kind", "expected one of "
                        + Arrays.stream(values()).map(k -> k.label).collect(Collectors.joining(", ")) + ", found \"" + label + "\""));
        try {
            return adapted(kind.read(folder.sizes()), folder.sizes());
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(folder.config(), "model", e.getMessage(), e);
        }
    }
}
