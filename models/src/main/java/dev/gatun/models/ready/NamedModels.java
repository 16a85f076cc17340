package dev.gatun.models.ready;

import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptPreset;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.llama.LlamaConfig;
import dev.gatun.models.rnn.Lstm;
import dev.gatun.models.rnn.LstmPreset;
import dev.gatun.models.vision.ImageConfig;
import dev.gatun.models.vision.ImageModel;
import dev.gatun.models.vision.ImageSize;
import dev.gatun.models.vision.LeNetConfig;
import dev.gatun.models.vision.MobileNetConfig;
import dev.gatun.models.vision.ResNetConfig;
import dev.gatun.models.vision.VggConfig;
import dev.gatun.models.vision.VitConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Ready models by name, with the weights that training starts with. */
final class NamedModels implements ModelSource {
    private static final List<String> NAMES = List.of("gpt-baby", "gpt-nano", "gpt-124m", "llama-small", "lstm-tiny", "lstm-small", "lenet5", "resnet18-cifar", "resnet18",
            "resnet34", "resnet50", "vgg-small", "vgg11", "mobilenet-small", "mobilenet", "vit-small", "vit-base16");
    /** What commands that train and benchmarks call the same models. */
    private static final Map<String, String> ALIASES = Map.of("gpt", "gpt-baby", "llama", "llama-small", "lstm", "lstm-small", "lenet", "lenet5", "lenet5-b64", "lenet5",
            "resnet18-cifar-b64", "resnet18-cifar", "vgg", "vgg-small", "vit", "vit-small");
    private static final int BYTES = 256;
    private static final int GPT2_TOKENS = 50_257;
    private static final ImageSize GREY = new ImageSize(28, 28, 1);
    private static final ImageSize SMALL = new ImageSize(32, 32, 3);
    private static final ImageSize LARGE = new ImageSize(224, 224, 3);
    private static final int CLASSES = 10;
    private static final int MANY_CLASSES = 1000;
    private static final int SMALL_BATCH = 64;
    private static final int LARGE_BATCH = 8;

    @Override
    public String takes() {
        return "one of " + String.join(", ", NAMES);
    }

    @Override
    public List<String> names() {
        return Stream.concat(NAMES.stream(), ALIASES.keySet().stream()).toList();
    }

    @Override
    public Optional<ReadyModel> open(String called, int batch) {
        String what = ALIASES.getOrDefault(called, called);
        ReadyModel found = switch (what) {
            case "gpt-baby" -> gpt(what, GptPreset.BABY, BYTES, batch);
            case "gpt-nano" -> gpt(what, GptPreset.NANO, BYTES, batch);
            case "gpt-124m" -> gpt(what, GptPreset.GPT2, GPT2_TOKENS, batch);
            case "llama-small" -> {
                Llama llama = Llama.of(LlamaConfig.of(BYTES, 256, 6, 6, 2, 384));
                yield language(what, llama, llama, LARGE_BATCH, batch);
            }
            case "lstm-tiny" -> lstm(what, LstmPreset.TINY, batch);
            case "lstm-small" -> lstm(what, LstmPreset.SMALL, batch);
            case "lenet5" -> image(what, LeNetConfig.of(GREY, CLASSES), SMALL_BATCH, batch);
            case "resnet18-cifar" -> image(what, ResNetConfig.of(18, SMALL, CLASSES, ResNetConfig.Stem.SMALL), SMALL_BATCH, batch);
            case "resnet18" -> image(what, ResNetConfig.of(18, LARGE, MANY_CLASSES, ResNetConfig.Stem.LARGE), LARGE_BATCH, batch);
            case "resnet34" -> image(what, ResNetConfig.of(34, LARGE, MANY_CLASSES, ResNetConfig.Stem.LARGE), LARGE_BATCH, batch);
            case "resnet50" -> image(what, ResNetConfig.of(50, LARGE, MANY_CLASSES, ResNetConfig.Stem.LARGE), LARGE_BATCH, batch);
            case "vgg-small" -> image(what, VggConfig.small(SMALL, CLASSES), SMALL_BATCH, batch);
            case "vgg11" -> image(what, VggConfig.vgg11(LARGE, MANY_CLASSES), LARGE_BATCH, batch);
            case "mobilenet-small" -> image(what, MobileNetConfig.small(SMALL, CLASSES), SMALL_BATCH, batch);
            case "mobilenet" -> image(what, MobileNetConfig.large(LARGE, MANY_CLASSES), LARGE_BATCH, batch);
            case "vit-small" -> image(what, VitConfig.small(SMALL, CLASSES), SMALL_BATCH, batch);
            case "vit-base16" -> image(what, VitConfig.base16(LARGE, MANY_CLASSES), LARGE_BATCH, batch);
            default -> null;
        };
        return Optional.ofNullable(found);
    }

    private static ReadyModel gpt(String name, GptPreset preset, int tokens, int batch) {
        Gpt gpt = Gpt.of(preset.config(tokens));
        return language(name, gpt, gpt, preset.batch(), batch);
    }

    private static ReadyModel lstm(String name, LstmPreset preset, int batch) {
        Lstm lstm = Lstm.of(preset.config(BYTES));
        return language(name, lstm, lstm, preset.batch(), batch);
    }

    private static ReadyModel language(String name, Record record, LanguageModel model, int usual, int batch) {
        ParameterTree parameters = ParameterTree.of(record);
        return Functions.language(name, model, parameters, batch == 0 ? usual : batch, Functions.fresh(parameters));
    }

    private static ReadyModel image(String name, ImageConfig config, int usual, int batch) {
        ImageModel model = config.model();
        ParameterTree parameters = ParameterTree.of((Record) model);
        return Functions.images(name, model, parameters, usual, batch, Functions.fresh(parameters));
    }
}
