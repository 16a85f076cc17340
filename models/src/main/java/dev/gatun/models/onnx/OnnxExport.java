package dev.gatun.models.onnx;

import dev.gatun.graph.ir.Graph;
import dev.gatun.models.checkpoint.AtomicFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Writes graphs as ONNX models. Results and what they need are written, updates of states are not; states become
 * initializers of the same names, sizes are fixed as the graph has them. Images stay {@code [N,H,W,C]} at inputs and
 * outputs and are {@code [N,C,H,W]} between convolutions.
 *
 * @param opset version of the operators, 17 to 21
 * @param external whether weights go into a file of their own beside the model, {@code NAME.data}; always so from 1.5 GiB on
 */
public record OnnxExport(int opset, boolean external) {
    /** First version of the operators that is written. */
    public static final int OLDEST = 17;

    private static final long LARGEST = 3L << 29;
    private static final int ALIGNMENT = 64;
    private static final int SMALL = 1024;

    public OnnxExport {
        if (opset < OLDEST || opset > OnnxModel.NEWEST) {
            throw new IllegalArgumentException("opset must lie in " + OLDEST + ".." + OnnxModel.NEWEST + ", got " + opset);
        }
    }

    /** Opset 20, weights in the model's own file. */
    public static OnnxExport standard() {
        return new OnnxExport(20, false);
    }

    /**
     * Writes a model; what was there before stays until the new one is complete.
     *
     * @param file where to
     * @param graph a forward pass
     * @param state finds a state's bytes by name, as {@code Executable::state} does
     * @throws OnnxException for an op that has no form in ONNX, such as one that draws random numbers
     */
    public void write(Path file, Graph graph, Function<String, MemorySegment> state) throws IOException {
        Schema.Model model = model(file.getFileName().toString(), graph, state);
        long bytes = model.graph().initializers().stream().mapToLong(t -> t.raw().byteSize()).sum();
        if (external || bytes > LARGEST) model = separated(model, file.resolveSibling(file.getFileName() + ".data"));
        List<MemorySegment> pieces = ProtoWriter.write(model);
        AtomicFile.write(file, channel -> {
            for (MemorySegment s : pieces) write(channel, s);
        });
    }

    Schema.Model model(String name, Graph graph, Function<String, MemorySegment> state) {
        Schema.Graph g = GraphWriter.write(name, opset, ExportForms.prepare(graph, opset), state);
        return new Schema.Model(opset >= 21 ? 10 : opset >= 19 ? 9 : 8, "gatun", "", g, List.of(new Schema.OperatorSet("", opset)));
    }

    /** The model with its larger tensors in another file, each at a multiple of 64 bytes. */
    private static Schema.Model separated(Schema.Model model, Path data) throws IOException {
        List<Schema.Tensor> tensors = new ArrayList<>();
        List<MemorySegment> outside = new ArrayList<>();
        long at = 0;
        for (Schema.Tensor t : model.graph().initializers()) {
            if (t.raw().byteSize() < SMALL) {
                tensors.add(t);
                continue;
            }
            int gap = (int) (-at & ALIGNMENT - 1);
            if (gap > 0) outside.add(MemorySegment.ofArray(new byte[gap]));
            outside.add(t.raw());
            tensors.add(t.inFile(data.getFileName().toString(), at + gap));
            at += gap + t.raw().byteSize();
        }
        AtomicFile.write(data, channel -> {
            for (MemorySegment s : outside) write(channel, s);
        });
        Schema.Graph g = model.graph();
        Schema.Graph with = new Schema.Graph(g.nodes(), g.name(), tensors, g.inputs(), g.outputs(), List.of());
        return new Schema.Model(model.irVersion(), model.producer(), model.producerVersion(), with, model.operatorSets());
    }

    private static void write(FileChannel channel, MemorySegment piece) throws IOException {
        for (long at = 0; at < piece.byteSize(); at += 1 << 26) {
            ByteBuffer block = piece.asSlice(at, Math.min(1 << 26, piece.byteSize() - at)).asByteBuffer();
            while (block.hasRemaining()) channel.write(block);
        }
    }
}
