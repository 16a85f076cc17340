package dev.gatun.models.artifact;

import dev.gatun.graph.ir.Input;
import dev.gatun.graph.plan.PlanWriter;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.checkpoint.SafetensorsWriter;
import dev.gatun.runtime.CompiledCode;
import dev.gatun.runtime.Executable;
import dev.gatun.runtime.LoopCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a compiled model as one jar: {@code META-INF/MANIFEST.MF} says in words what it asks of a machine, {@code
 * gatun/index.tsv} lists all else with a checksum for each entry: plans as text, generated classes as class files, and
 * the state as {@code weights.safetensors}. Entries are stored as they are, so that weights are copied once when it is
 * loaded.
 */
public final class ArtifactWriter {
    private static final int BLOCK = 1 << 16;

    private ArtifactWriter() {}

    /**
     * Writes a file, whole or not at all.
     *
     * @param code from {@link dev.gatun.runtime.Compiler#code}
     * @param executable holds the state to write, linked from the code
     */
    public static void write(Path file, CompiledCode code, Executable executable) throws IOException {
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
            AtomicFile.write(file, channel -> {
                ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(channel));
                put(zip, "META-INF/MANIFEST.MF", manifest(code).getBytes(StandardCharsets.UTF_8));
                put(zip, ArtifactIndex.NAME, index);
                for (Map.Entry<String, byte[]> e : entries.entrySet()) put(zip, e.getKey(), e.getValue());
                zip.putNextEntry(entry(ArtifactIndex.WEIGHTS, ofWeights));
                Files.copy(weights, zip);
                zip.closeEntry();
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

    private static String manifest(CompiledCode code) {
        long parameters = code.states().stream().map(Input::value).mapToLong(v -> v.type().elements()).sum();
        return "Manifest-Version: 1.0\r\nGatun-Version: " + code.target().version() + "\r\nGatun-Plan-Version: " + PlanWriter.VERSION
                + "\r\nGatun-Architecture: " + code.target().architecture() + "\r\nGatun-Vector-Bits: " + code.target().vectorBits()
                + "\r\nGatun-Library: " + (code.target().library().isEmpty() ? "none" : code.target().library())
                + "\r\nGatun-Java: " + Runtime.version().feature() + "\r\nGatun-State-Elements: " + parameters + "\r\n\r\n";
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(entry(name, new ArtifactIndex.Sum(bytes.length, crc(bytes))));
        zip.write(bytes);
        zip.closeEntry();
    }

    /** Stored without compression; the time stamp is fixed, so that the same model gives the same file. */
    private static ZipEntry entry(String name, ArtifactIndex.Sum sum) {
        ZipEntry e = new ZipEntry(name);
        e.setMethod(ZipEntry.STORED);
        e.setSize(sum.size());
        e.setCompressedSize(sum.size());
        e.setCrc(sum.crc());
        e.setTimeLocal(java.time.LocalDateTime.of(2000, 1, 1, 0, 0));
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
