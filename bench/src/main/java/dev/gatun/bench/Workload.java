package dev.gatun.bench;

import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.llama.LlamaConfig;
import dev.gatun.models.ready.Closest;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;

/**
 * A training step to measure.
 *
 * @param name in the result lines
 * @param family what is built of the sizes
 * @param config sizes of the model
 * @param batch sequences per step
 */
record Workload(String name, Family family, GptConfig config, int batch) {
    private static final List<String> KNOWN =
            List.of("gpt-nano", "gpt-124m", "llama-nano", "lenet5-b64", "resnet18-cifar-b64", "lstm-2x256-seq64-b32", "decode-nano-kv");
    /** What other commands call the same models. */
    private static final Map<String, String> ALIASES = Map.of("nano", "gpt-nano", "124m", "gpt-124m", "llama", "llama-nano", "lenet", "lenet5-b64",
            "lenet5", "lenet5-b64", "resnet18-cifar", "resnet18-cifar-b64", "lstm", "lstm-2x256-seq64-b32", "decode", "decode-nano-kv");

    /** Architectures. */
    enum Family {
        GPT,
        /** Three heads of queries share one of keys and values. */
        LLAMA
    }

    /** The name that results are kept under, of a workload by that name or another. */
    static final class Name implements ITypeConverter<String> {
        @Override
        public String convert(String called) {
            return ALIASES.getOrDefault(called, called);
        }
    }

    static Workload of(String name) {
        return switch (name) {
            case "gpt-nano" -> new Workload(name, Family.GPT, GptConfig.of(512, 256, 6, 6, 384), 8);
            case "gpt-124m" -> new Workload(name, Family.GPT, GptConfig.of(50257, 256, 12, 12, 768), 4);
            case "llama-nano" -> new Workload(name, Family.LLAMA, GptConfig.of(512, 256, 6, 6, 384), 8);
            default -> {
                if (KNOWN.contains(name)) throw new IllegalArgumentException("workload " + name + " is no language model: choose gpt-nano, gpt-124m or llama-nano");
                String guess = Closest.question(name, Stream.concat(KNOWN.stream(), ALIASES.keySet().stream()).toList());
                throw new IllegalArgumentException("no workload '" + name + "'" + (guess.isEmpty() ? ": choose " : guess + " Choose ")
                        + String.join(", ", KNOWN) + ", or gpt with sizes of your own");
            }
        };
    }

    /** A model of the sizes, but for its number of layers. */
    LanguageModel model(int layers) {
        GptConfig c = config;
        return switch (family) {
            case GPT -> Gpt.of(GptConfig.of(c.vocabulary(), c.context(), layers, c.heads(), c.width()));
            case LLAMA -> Llama.of(LlamaConfig.of(c.vocabulary(), c.context(), layers, c.heads(), Math.max(1, c.heads() / 3), c.width()));
        };
    }

    int tokens() {
        return Math.multiplyExact(batch, config.context());
    }

    /** {@code 6 N tokens + 12 layers width context tokens}, N without the position table, as the peers count. */
    double flops(long parameters) {
        long counted = parameters - (family == Family.GPT ? (long) config.context() * config.width() : 0);
        double tokens = tokens();
        return 6.0 * counted * tokens + 12.0 * config.layers() * config.width() * config.context() * tokens;
    }
}
