package dev.gatun.models.lora;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.checkpoint.Safetensors;
import dev.gatun.models.checkpoint.SafetensorsWriter;
import dev.gatun.models.layers.LowRank;
import dev.gatun.models.layers.Parameter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The changes of a {@link LoraModel} in PEFT's files: {@code adapter_model.safetensors}, with the tensors {@code
 * base_model.model.LAYER.lora_A.weight [rank, in]} and {@code lora_B.weight [out, rank]}, and {@code adapter_config.json}.
 */
public final class LoraFiles {
    private static final String TENSORS = "adapter_model.safetensors";
    private static final String CONFIG = "adapter_config.json";
    private static final String PREFIX = "base_model.model.";

    private LoraFiles() {}

    /**
     * Writes both files.
     *
     * @param from finds the model's parameters by name
     * @param base what the model was adapted from, for the record
     */
    public static void write(Path folder, LoraModel model, Function<String, MemorySegment> from, String base) throws IOException {
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        for (Map.Entry<String, LowRank> a : model.adapters().entrySet()) {
            String name = LoraModel.ADAPTERS + a.getKey();
            entries.add(new SafetensorsWriter.Entry(a(a.getKey()), a.getValue().down().type(), from.apply(name + ".down")));
            entries.add(new SafetensorsWriter.Entry(b(a.getKey()), a.getValue().up().type(), from.apply(name + ".up")));
        }
        SafetensorsWriter.write(folder.resolve(TENSORS), entries, Map.of("format", "pt"));
        ObjectNode root = new ObjectMapper().createObjectNode()
                .put("peft_type", "LORA")
                .put("task_type", "CAUSAL_LM")
                .put("base_model_name_or_path", base)
                .put("r", model.settings().rank())
                .put("lora_alpha", model.settings().alpha())
                .put("lora_dropout", model.settings().dropout())
                .put("bias", "none")
                .put("fan_in_fan_out", false)
                .put("inference_mode", true);
        ArrayNode targets = root.putArray("target_modules");
        model.adapters().keySet().forEach(targets::add);
        AtomicFile.write(folder.resolve(CONFIG), root.toPrettyString() + "\n");
    }

    /**
     * Reads the tensors into a model of the same settings.
     *
     * @param into finds the model's parameters by name
     * @throws dev.gatun.models.checkpoint.CheckpointException when a tensor is missing or of another shape
     */
    public static void read(Path folder, LoraModel model, Function<String, MemorySegment> into) throws IOException {
        try (Safetensors file = Safetensors.open(folder.resolve(TENSORS))) {
            for (Map.Entry<String, LowRank> a : model.adapters().entrySet()) {
                String name = LoraModel.ADAPTERS + a.getKey();
                read(file, a(a.getKey()), a.getValue().down(), into.apply(name + ".down"));
                read(file, b(a.getKey()), a.getValue().up(), into.apply(name + ".up"));
            }
        }
    }

    private static void read(Safetensors file, String name, Parameter p, MemorySegment into) throws IOException {
        file.read(name, p.type(), into);
    }

    private static String a(String layer) {
        return PREFIX + layer + ".lora_A.weight";
    }

    private static String b(String layer) {
        return PREFIX + layer + ".lora_B.weight";
    }
}
