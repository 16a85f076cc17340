package dev.gatun.models.artifact;

import dev.gatun.graph.ir.Input;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.plan.PlanReader;
import dev.gatun.runtime.BackendException;
import dev.gatun.runtime.CompiledCode;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.LoopCode;
import dev.gatun.runtime.PlanMemory;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Reads what {@link ArtifactWriter} wrote, checking every entry against its checksum. */
final class ArtifactReader {
    private static final int BLOCK = 1 << 18;
    private static final long LARGEST_TEXT = 1L << 28;

    private final Path file;
    private final ZipFile zip;
    private ArtifactIndex index;

    ArtifactReader(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
    }

    CompiledModel load(int threads) throws IOException {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) throw new ArtifactException(file, "weights are little-endian, this machine is not");
        FutureTask<Compiler> starting = null; // loads its library while plans and weights are read
        PlanMemory memory = null;
        try {
            index();
            starting = new FutureTask<>(() -> new Compiler(index.target().backend(), threads));
            Thread.ofPlatform().daemon().name("gatun-load").start(starting);
            CompiledCode code = code();
            memory = PlanMemory.of(code);
            weights(memory);
            Compiler compiler = starting.get();
            return new CompiledModel(compiler, compiler.link(code, memory), index.functions());
        } catch (RuntimeException | IOException | ExecutionException | InterruptedException e) {
            if (memory != null) memory.close();
            close(starting);
            switch (e) {
                case EOFException x -> throw new ArtifactException(file, "cut short", x);
                case IOException x -> throw x;
                case BackendException x -> throw x;
                case ArtifactException x -> throw x;
                case ExecutionException x when x.getCause() instanceof BackendException b -> throw b;
                case InterruptedException x -> {
                    Thread.currentThread().interrupt();
                    throw new ArtifactException(file, "loading was interrupted", x);
                }
                default -> throw new ArtifactException(file, e.getMessage(), e);
            }
        }
    }

    private static void close(FutureTask<Compiler> starting) {
        try {
            if (starting != null) starting.get().close();
        } catch (ExecutionException e) {
            return; // it never came to be
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the file holds; read once. */
    ArtifactIndex index() throws IOException {
        if (index == null) {
            ZipEntry entry = zip.getEntry(ArtifactIndex.NAME);
            if (entry == null) throw new ArtifactException(file, "holds no " + ArtifactIndex.NAME + ", so it is no compiled model");
            index = ArtifactIndex.read(new String(bytes(entry, entry.getCrc()), StandardCharsets.UTF_8));
        }
        return index;
    }

    /** The plans, in the order of the functions. */
    List<ExecutionPlan> plans() throws IOException {
        List<ExecutionPlan> plans = new ArrayList<>();
        for (int i = 0; i < index().functions().size(); i++) {
            plans.add(PlanReader.read(new String(entry(ArtifactIndex.plan(i)), StandardCharsets.UTF_8)));
            if (!plans.get(i).name().equals(index.functions().get(i))) throw new ArtifactException(file, "plan " + i + " is of another function");
        }
        return plans;
    }

    private CompiledCode code() throws IOException {
        List<ExecutionPlan> plans = plans();
        List<LoopCode> loops = new ArrayList<>();
        for (int i = 0; i < index.loops().size(); i++) {
            ArtifactIndex.LoopSize size = index.loops().get(i);
            loops.add(new LoopCode(entry(ArtifactIndex.loop(i)), size.bytecode(), size.scratch()));
        }
        return new CompiledCode(index.target(), plans, index.bounds(), index.states(), index.decisions(), loops);
    }

    private ArtifactIndex.Sum sum(String name) {
        ArtifactIndex.Sum sum = index.entries().get(name);
        if (sum == null) throw new ArtifactException(file, "its index does not list " + name);
        return sum;
    }

    private ZipEntry find(String name) {
        ZipEntry e = zip.getEntry(name);
        if (e == null) throw new ArtifactException(file, "entry " + name + " is missing");
        if (e.getSize() != sum(name).size()) {
            throw new ArtifactException(file, "entry " + name + " has " + e.getSize() + " bytes, not " + sum(name).size() + ": the file is damaged");
        }
        return e;
    }

    private byte[] entry(String name) throws IOException {
        return bytes(find(name), sum(name).crc());
    }

    private byte[] bytes(ZipEntry entry, long crc) throws IOException {
        if (entry.getSize() < 0 || entry.getSize() > LARGEST_TEXT) throw new ArtifactException(file, "entry " + entry.getName() + " is too long");
        CRC32 found = new CRC32();
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readAllBytes();
            found.update(bytes);
            check(entry, crc, found);
            return bytes;
        }
    }

    private void check(ZipEntry entry, long crc, CRC32 found) {
        if (found.getValue() != crc) throw new ArtifactException(file, "entry " + entry.getName() + " is damaged: its checksum differs");
    }

    /** Copies the state into the arena, past the header that names what the index names too. */
    private void weights(PlanMemory memory) throws IOException {
        ZipEntry entry = find(ArtifactIndex.WEIGHTS);
        CRC32 crc = new CRC32();
        byte[] block = new byte[BLOCK];
        try (InputStream in = zip.getInputStream(entry)) {
            read(in, block, Long.BYTES, crc);
            long header = MemorySegment.ofArray(block).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
            if (header < 0 || header > entry.getSize()) throw new ArtifactException(file, "the weights' header is damaged");
            for (long at = 0; at < header; at += BLOCK) read(in, block, (int) Math.min(BLOCK, header - at), crc);
            for (Input s : index.states()) {
                MemorySegment state = memory.state(s.name());
                if (state.byteSize() != s.value().type().bytes()) {
                    throw new ArtifactException(file, "state " + s.name() + " has " + s.value().type().bytes() + " bytes, its plan says " + state.byteSize());
                }
                for (long at = 0; at < state.byteSize(); at += BLOCK) {
                    int n = (int) Math.min(BLOCK, state.byteSize() - at);
                    read(in, block, n, crc);
                    MemorySegment.copy(block, 0, state, ValueLayout.JAVA_BYTE, at, n);
                }
            }
            if (in.read() >= 0) throw new ArtifactException(file, "the weights hold more than the states");
        }
        check(entry, sum(ArtifactIndex.WEIGHTS).crc(), crc);
    }

    private static void read(InputStream in, byte[] block, int n, CRC32 crc) throws IOException {
        if (in.readNBytes(block, 0, n) < n) throw new EOFException("the weights end early");
        crc.update(block, 0, n);
    }
}
