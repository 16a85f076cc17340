package dev.gatun.tools;

import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.ready.Functions;
import dev.gatun.models.ready.ReadyModel;
import dev.gatun.models.ready.ReadyModels;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** A model to look at: by name, or from a file or folder. */
final class ModelOptions {
    private static final String GPT = "gpt";
    private static final List<String> SIZES =
            List.of("--preset", "--layers", "--heads", "--width", "--context", "--positions", "--vocab");

    @Parameters(
            paramLabel = "MODEL",
            description = "gpt (with the sizes below), gpt-baby, gpt-nano, gpt-124m, llama-small (llama), lstm-tiny, lstm-small (lstm), lenet5 "
                    + "(also lenet), resnet18-cifar, resnet18, resnet34, resnet50, vgg-small (vgg), vgg11, mobilenet-small, mobilenet, "
                    + "vit-small (vit), vit-base16, a run folder, an ONNX model that ends in .onnx, or a file with a graph in textual form that ends in .graph.")
    private String model;

    @Option(names = "--batch", paramLabel = "N", description = "Examples in a step. Default: the model's usual number.")
    private Integer batch;

    @Mixin
    private GptOptions sizes;

    @Option(names = "--vocab", paramLabel = "N", defaultValue = "256", description = "Tokens of the vocabulary, for gpt. Default: 256.")
    private int vocabulary;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    ReadyModel open() throws IOException {
        if (batch != null) Flags.atLeastOne("--batch", batch);
        if (!model.equals(GPT)) {
            ParseResult given = spec.commandLine().getParseResult();
            for (String s : SIZES) {
                if (given.hasMatchedOption(s)) throw new IllegalArgumentException(s + " is for the model gpt; " + model + " has fixed sizes");
            }
            return ReadyModels.standard().open(model, batch == null ? 0 : batch);
        }
        Flags.atLeastOne("--vocab", vocabulary);
        GptConfig config = sizes.config(vocabulary, 0);
        Gpt gpt = Gpt.of(config);
        ParameterTree parameters = ParameterTree.of(gpt);
        int rows = GptOptions.chosen("--batch", batch, sizes.preset().batch());
        return Functions.language("gpt", gpt, parameters, rows, Functions.fresh(parameters));
    }
}
