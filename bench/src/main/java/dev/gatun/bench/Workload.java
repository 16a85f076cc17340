package dev.gatun.bench;

import dev.gatun.models.gpt.GptConfig;

/**
 * A training step to measure.
 *
 * @param name in the result lines
 * @param config sizes of the model
 * @param batch sequences per step
 */
record Workload(String name, GptConfig config, int batch) {
    private static final String KNOWN = "gpt-nano, gpt-124m, lenet5-b64, resnet18-cifar-b64, lstm-2x256-seq64-b32, decode-nano-kv";

    static Workload of(String name) {
        return switch (name) {
            case "gpt-nano" -> new Workload(name, GptConfig.of(512, 256, 6, 6, 384), 8);
            case "gpt-124m" -> new Workload(name, GptConfig.of(50257, 256, 12, 12, 768), 4);
            default -> throw new IllegalArgumentException("no workload '" + name + "': choose " + KNOWN + ", or gpt with sizes of your own");
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
