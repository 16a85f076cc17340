package dev.gatun.models.lora;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.Dropout;
import dev.gatun.models.layers.LowRank;
import dev.gatun.models.layers.Parameter;
import dev.gatun.models.layers.ParameterTree;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A language model with low-rank changes of some of its linear layers. Names of the base's parameters begin with
 * {@link #BASE}, those of the changes with {@link #ADAPTERS}; to train the changes alone, freeze {@code base.*}: the base
 * then takes neither gradients nor optimizer state.
 *
 * @param settings which layers are adapted and how
 * @param base the model, a record
 * @param adapters changes by the name of the layer in the base
 */
public record LoraModel(LoraSettings settings, LanguageModel base, Map<String, LowRank> adapters) implements LanguageModel {
    /** What names of the base's parameters begin with. */
    public static final String BASE = "base.";
    /** What names of the changes' parameters begin with. */
    public static final String ADAPTERS = "adapters.";
    /** Names in {@link #sizes} that the base does not have. */
    public static final String RANK = "loraRank";
    public static final String ALPHA = "loraAlpha";
    public static final String TARGETS = "loraTargets";
    public static final String DROPOUT = "loraDropout";

    private static final int STREAM = 0x6C6F7261; // "lora": tells the changes' dropout from the base's
    private static final String WEIGHT = ".weight";

    /**
     * Adapts a model.
     *
     * @param base a record
     * @throws IllegalArgumentException when a target fits none of its linear layers, naming some that there are
     */
    public static LoraModel of(LanguageModel base, LoraSettings settings) {
        Map<String, Parameter> layers = ParameterTree.of((Record) base).linearLayers();
        for (String target : settings.targets()) {
            LoraSettings one = new LoraSettings(settings.rank(), settings.alpha(), List.of(target));
            if (layers.keySet().stream().noneMatch(one::isTarget)) {
                throw new IllegalArgumentException("no linear layer's name fits the pattern " + target + "; the names are "
                        + String.join(", ", layers.keySet().stream().limit(6).toList()) + " ...");
            }
        }
        Map<String, LowRank> adapters = new LinkedHashMap<>();
        layers.forEach((name, weight) -> {
            if (settings.isTarget(name)) {
                adapters.put(name, LowRank.of(weight.type().dim(0), weight.type().dim(1), settings.rank(), settings.scale(),
                        new Dropout(settings.dropout(), STREAM + adapters.size())));
            }
        });
        return new LoraModel(settings, base, adapters);
    }

    private <T> T adapted(Supplier<T> body) {
        Map<Parameter, LowRank> changes = new HashMap<>();
        ParameterTree.of((Record) base).linearLayers().forEach((name, weight) -> {
            if (adapters.containsKey(name)) changes.put(weight, adapters.get(name));
        });
        return LowRank.changing(changes, body);
    }

    @Override
    public String kind() {
        return base.kind();
    }

    @Override
    public Map<String, Object> sizes() {
        Map<String, Object> sizes = new LinkedHashMap<>(base.sizes());
        sizes.put(RANK, settings.rank());
        sizes.put(ALPHA, settings.alpha());
        sizes.put(DROPOUT, settings.dropout());
        sizes.put(TARGETS, String.join(",", settings.targets()));
        return sizes;
    }

    @Override
    public int vocabulary() {
        return base.vocabulary();
    }

    @Override
    public int context() {
        return base.context();
    }

    @Override
    public Tensor hidden(Tensor ids) {
        return adapted(() -> base.hidden(ids));
    }

    @Override
    public Tensor project(Tensor hidden) {
        return adapted(() -> base.project(hidden));
    }

    /**
     * Computes the weights of the base with the changes in them: a model that needs no LoRA any more.
     *
     * @param from finds this model's parameters by name
     * @param to finds the base's parameters by name, without {@link #BASE}
     */
    public void merge(Function<String, MemorySegment> from, Function<String, MemorySegment> to) {
        for (ParameterTree.Entry e : ParameterTree.of((Record) base).entries()) {
            MemorySegment merged = to.apply(e.name());
            merged.copyFrom(from.apply(BASE + e.name()));
            String layer = e.name().endsWith(WEIGHT) ? e.name().substring(0, e.name().length() - WEIGHT.length()) : "";
            if (!adapters.containsKey(layer)) continue;
            String adapter = ADAPTERS + layer;
            add(merged, e.parameter().type().dim(0), e.parameter().type().dim(1), from.apply(adapter + ".down"), from.apply(adapter + ".up"));
        }
    }

    /** {@code W[i,o] += scale * sum over r of B[o,r] A[r,i]}. */
    private void add(MemorySegment weight, int in, int out, MemorySegment down, MemorySegment up) {
        int rank = settings.rank();
        for (int i = 0; i < in; i++) {
            for (int o = 0; o < out; o++) {
                double sum = 0;
                for (int r = 0; r < rank; r++) sum += (double) get(up, (long) o * rank + r) * get(down, (long) r * in + i);
                long at = (long) i * out + o;
                weight.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * at, (float) (get(weight, at) + settings.scale() * sum));
            }
        }
    }

    private static float get(MemorySegment m, long index) {
        return m.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * index);
    }
}
