package dev.gatun.models.artifact;

import dev.gatun.graph.ir.Input;
import dev.gatun.graph.plan.PlanWriter;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.checkpoint.SafetensorsWriter;
import dev.gatun.runtime.CompiledCode;
import dev.gatun.runtime.Executable;
import dev.gatun.runtime.LoopCode;
import dev.gatun.runtime.RuntimeFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a compiled model as one jar: {@code META-INF/MANIFEST.MF} says in words what it asks of a machine, {@code
 * gatun/index.tsv} lists what belongs to the model with a checksum for each entry: plans as text, generated classes as
 * class files, and the state as {@code weights.safetensors}, stored as they are, so that weights are copied once when it
 * is loaded. With the runtime, 1 MB and 30 more for oneDNN, the file needs nothing but a JDK: {@code java -jar} runs it.
 */
public final class ArtifactWriter {
    private static final int BLOCK = 1 << 16;
    /** Classes of this module that read and run what this one writes; with those nested in them they need no others. */
    private static final List<String> READING = Stream.of(ArtifactException.class, ArtifactIndex.class, ArtifactReader.class, CompiledModel.class,
                    ModelMain.class, ModelRun.class, NumberFile.class, AtomicFile.class)
            .map(c -> c.getName().replace('.', '/')).toList();

    private ArtifactWriter() {}

    /**
     * Writes a file, whole or not at all.
     *
     * @param code from {@link dev.gatun.runtime.Compiler#code}
     * @param executable holds the state to write, linked from the code
     * @param runtime whether what runs it comes along; otherwise the file is for programs that have Gatun themselves
     */
    public static void write(Path file, CompiledCode code, Executable executable, boolean runtime) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) throw new ArtifactException(file, "its folder does not exist");
        Path weights = Files.createTempFile(folder, ".weights", ".tmp");
        try {
            List<SafetensorsWriter.Entry> tensors = code.states().stream()
                    .map(s -> new SafetensorsWriter.Entry(s.name(), s.value().type(), executable.state(s.name())))
                    .toList();
            SafetensorsWriter.write(weights, tensors, Map.of("format", "gatun"));
            Map<String, byte[]> entries = entries(code);
            Map<String, ArtifactIndex.Sum> sums = new LinkedHashMap<>();
            entries.forEach((name, bytes) -> sums.put(name, new ArtifactIndex.Sum(bytes.length, crc(bytes))));
            ArtifactIndex.Sum ofWeights = new ArtifactIndex.Sum(Files.size(weights), crc(weights));
            sums.put(ArtifactIndex.WEIGHTS, ofWeights);
            byte[] index = index(code, sums).getBytes(StandardCharsets.UTF_8);
            Map<String, byte[]> files = runtime ? runtime(code) : Map.of();
            AtomicFile.write(file, channel -> {
                ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(channel));
                put(zip, "META-INF/MANIFEST.MF", manifest(code, runtime).getBytes(StandardCharsets.UTF_8));
                put(zip, ArtifactIndex.NAME, index);
                for (Map.Entry<String, byte[]> e : entries.entrySet()) put(zip, e.getKey(), e.getValue());
                zip.putNextEntry(entry(ArtifactIndex.WEIGHTS, ofWeights));
                Files.copy(weights, zip);
                zip.closeEntry();
                zip.setLevel(Deflater.BEST_SPEED);
                for (Map.Entry<String, byte[]> e : files.entrySet()) {
                    zip.putNextEntry(dated(e.getKey()));
                    zip.write(e.getValue());
                    zip.closeEntry();
                }
                zip.finish();
                zip.flush();
            });
        } finally {
            Files.deleteIfExists(weights);
        }
    }

    private static Map<String, byte[]> entries(CompiledCode code) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        for (int i = 0; i < code.plans().size(); i++) {
            entries.put(ArtifactIndex.plan(i), PlanWriter.write(code.plans().get(i)).getBytes(StandardCharsets.UTF_8));
        }
        for (int i = 0; i < code.loops().size(); i++) entries.put(ArtifactIndex.loop(i), code.loops().get(i).classFile());
        return entries;
    }

    private static String index(CompiledCode code, Map<String, ArtifactIndex.Sum> sums) {
        List<ArtifactIndex.LoopSize> loops =
                code.loops().stream().map((LoopCode l) -> new ArtifactIndex.LoopSize(l.bytecodeSize(), l.scratchBytes())).toList();
        return new ArtifactIndex(code.target(), code.plans().stream().map(p -> p.name()).toList(), code.bounds(), code.states(),
                code.decisions(), loops, sums).write();
    }

    private static String manifest(CompiledCode code, boolean runtime) {
        long parameters = code.states().stream().map(Input::value).mapToLong(v -> v.type().elements()).sum();
        return "Manifest-Version: 1.0\r\n" + (runtime ? "Main-Class: " + ModelMain.class.getName() + "\r\n" : "") + "Gatun-Version: " + code.target().version() + "\r\nGatun-Plan-Version: " + PlanWriter.VERSION
                + "\r\nGatun-Architecture: " + code.target().architecture() + "\r\nGatun-Vector-Bits: " + code.target().vectorBits()
                + "\r\nGatun-Library: " + (code.target().library().isEmpty() ? "none" : code.target().library())
                + "\r\nGatun-Java: " + Runtime.version().feature() + "\r\nGatun-State-Elements: " + parameters + "\r\n\r\n";
    }

    private static SortedMap<String, byte[]> runtime(CompiledCode code) throws IOException {
        SortedMap<String, byte[]> files = RuntimeFiles.of(code.target());
        files.putAll(RuntimeFiles.beside(ArtifactWriter.class, name -> READING.stream().anyMatch(c -> name.equals(c + ".class") || name.startsWith(c + "$"))));
        return files;
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(entry(name, new ArtifactIndex.Sum(bytes.length, crc(bytes))));
        zip.write(bytes);
        zip.closeEntry();
    }

    /** Stored without compression. */
    private static ZipEntry entry(String name, ArtifactIndex.Sum sum) {
        ZipEntry e = dated(name);
        e.setMethod(ZipEntry.STORED);
        e.setSize(sum.size());
        e.setCompressedSize(sum.size());
        e.setCrc(sum.crc());
        return e;
    }

    /** The time stamp is fixed, so that the same model gives the same file. */
    private static ZipEntry dated(String name) {
        ZipEntry e = new ZipEntry(name);
        e.setTimeLocal(LocalDateTime.of(2000, 1, 1, 0, 0));
        return e;
    }

    private static long crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }

    private static long crc(Path file) throws IOException {
        CRC32 crc = new CRC32();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] block = new byte[BLOCK];
            for (int n = in.read(block); n >= 0; n = in.read(block)) crc.update(block, 0, n);
        }
        return crc.getValue();
    }
}
