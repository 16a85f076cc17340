package dev.gatun.bench;

import dev.gatun.models.gpt.GptConfig;
import java.util.List;

/**
 * A training step to measure.
 *
 * @param name in the result lines
 * @param config sizes of the model
 * @param batch sequences per step
 */
record Workload(String name, GptConfig config, int batch) {
    /** Names shared with the peers that this build does not measure yet. */
    private static final List<String> LATER = List.of("lstm-2x256-seq64-b32");

    static Workload of(String name) {
        return switch (name) {
            case "gpt-nano" -> new Workload(name, GptConfig.of(512, 256, 6, 6, 384), 8);
            case "gpt-124m" -> new Workload(name, GptConfig.of(50257, 256, 12, 12, 768), 4);
            default -> throw new IllegalArgumentException(LATER.contains(name)
                    ? "workload " + name + " is not available yet: choose gpt-nano, gpt-124m, lenet5-b64, resnet18-cifar-b64, decode-nano-kv or gpt"
                    : "no workload '" + name + "': choose gpt-nano, gpt-124m, lenet5-b64, resnet18-cifar-b64, decode-nano-kv, or gpt with sizes of your own");
        };
    }

    int tokens() {
        return Math.multiplyExact(batch, config.context());
    }

    /** {@code 6 N tokens + 12 layers width context tokens}, N without the position table, as the peers count. */
    double flops(long parameters) {
        long counted = parameters - (long) config.context() * config.width();
        double tokens = tokens();
        return 6.0 * counted * tokens + 12.0 * config.layers() * config.width() * config.context() * tokens;
    }
}
