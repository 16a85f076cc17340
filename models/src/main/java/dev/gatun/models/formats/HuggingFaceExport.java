package dev.gatun.models.formats;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.checkpoint.SafetensorsWriter;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.text.SubwordTokenizer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Writes a model as a Hugging Face folder.
 *
 * @param dtype element type of the weights, f32 or bf16
 * @param shardBytes largest size of one file's tensors; a larger tensor gets a file of its own
 */
public record HuggingFaceExport(DType dtype, long shardBytes) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long USUAL_SHARD = 5L << 30;
    private static final String SINGLE = "model.safetensors";

    public HuggingFaceExport {
        if (!dtype.isFloating()) throw new IllegalArgumentException("weights are written as f32 or bf16, not as " + dtype);
        if (shardBytes < 1) throw new IllegalArgumentException("a file must have room for at least one byte, got " + shardBytes);
    }

    /** Files of at most 5 GiB. */
    public static HuggingFaceExport of(DType dtype) {
        return new HuggingFaceExport(dtype, USUAL_SHARD);
    }

    /** A tensor to write and where its numbers are. */
    private record Item(String name, TensorType type, NameTable.Layout layout, MemorySegment from) {}

    /**
     * Writes {@code config.json}, the weights and, where there is one, {@code tokenizer.json}. Each file appears whole
     * or not at all, {@code config.json} last.
     *
     * @param folder new or empty
     * @param model a {@link dev.gatun.models.gpt.Gpt} with learned positions, a {@link dev.gatun.models.llama.Llama}
     *     or a {@link dev.gatun.models.bert.Bert}
     * @param weights finds a parameter's memory by its name: dense f32
     * @throws IllegalArgumentException for a model that no family of the format describes
     * @throws CheckpointException for a folder that is not empty
     */
    public void write(Path folder, Record model, Function<String, MemorySegment> weights, Optional<SubwordTokenizer> tokenizer)
            throws IOException {
        HuggingFaceFamily family = HuggingFaceFamily.of(model);
        List<Item> items = items(model, family.table(), weights);
        prepare(folder);
        List<List<Item>> shards = shards(items);
        ObjectNode places = JSON.createObjectNode();
        for (int i = 0; i < shards.size(); i++) {
            String name = shards.size() == 1 ? SINGLE : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
            writeShard(folder.resolve(name), shards.get(i));
            shards.get(i).forEach(item -> places.put(item.name, name));
        }
        if (shards.size() > 1) {
            ObjectNode index = JSON.createObjectNode();
            index.putObject("metadata").put("total_size", items.stream().mapToLong(x -> x.type.bytes()).sum());
            index.set("weight_map", places);
            AtomicFile.write(folder.resolve("model.safetensors.index.json"), index.toPrettyString() + "\n");
        }
        if (tokenizer.isPresent()) tokenizer.get().write(folder.resolve("tokenizer.json"));
        ObjectNode config = family.config().put("torch_dtype", dtype == DType.F32 ? "float32" : "bfloat16");
        AtomicFile.write(folder.resolve("config.json"), config.toPrettyString() + "\n");
    }

    private static void prepare(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> entries = Files.list(folder)) {
            if (entries.findAny().isPresent()) throw new CheckpointException(folder, "output folder", "is not empty; choose another one");
        }
    }

    private List<Item> items(Record model, NameTable table, Function<String, MemorySegment> weights) {
        List<Item> items = new ArrayList<>();
        for (ParameterTree.Entry e : ParameterTree.of(model).entries()) {
            NameTable.Place at = table.place(e.name()).orElseThrow(() -> new IllegalArgumentException(e.name() + " has no place in a Hugging Face folder"));
            MemorySegment from = weights.apply(e.name());
            TensorType ours = e.parameter().type();
            if (from.byteSize() != ours.bytes()) throw new IllegalArgumentException(e.name() + " has " + ours.bytes() + " bytes, got " + from.byteSize());
            Shape shape = at.layout() == NameTable.Layout.SAME ? ours.shape() : Shape.of(ours.dim(1), ours.dim(0));
            items.add(new Item(at.names().getFirst(), new TensorType(dtype, shape), at.layout(), from));
        }
        return items;
    }

    private List<List<Item>> shards(List<Item> items) {
        List<List<Item>> shards = new ArrayList<>();
        long used = Long.MAX_VALUE;
        for (Item item : items) {
            if (used > shardBytes - item.type.bytes()) {
                shards.add(new ArrayList<>());
                used = 0;
            }
            shards.getLast().add(item);
            used += item.type.bytes();
        }
        return shards;
    }

    private void writeShard(Path file, List<Item> items) throws IOException {
        Map<String, TensorType> types = new LinkedHashMap<>();
        for (Item item : items) types.put(item.name, item.type);
        SafetensorsWriter.write(file, types, Map.of("format", "pt"), tensors -> items.forEach(item -> copy(item, tensors.apply(item.name))));
    }

    private void copy(Item item, MemorySegment to) {
        if (dtype == DType.F32 && item.layout == NameTable.Layout.SAME) {
            to.copyFrom(item.from);
            return;
        }
        boolean turned = item.layout != NameTable.Layout.SAME;
        long rows = turned ? item.type.dim(0) : 1;
        long columns = item.type.elements() / rows;
        for (long r = 0; r < rows; r++) {
            for (long c = 0; c < columns; c++) {
                float x = item.from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * (turned ? c * rows + r : c));
                long at = r * columns + c;
                if (dtype == DType.F32) to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * at, x);
                else to.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * at, bf16(x));
            }
        }
    }

    /** The nearest bf16, ties to even. */
    static short bf16(float x) {
        int bits = Float.floatToRawIntBits(x);
        if (Float.isNaN(x)) return (short) (bits >>> 16 | 0x40);
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }
}
