package dev.gatun.models.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Text that most machines with a JDK already have: the Java sources of {@code java.lang} and {@code java.util} in the
 * JDK's {@code lib/src.zip}, in that order, without the licence comments at their heads.
 */
public final class JdkSources {
    private static final List<String> PACKAGES = List.of("java.base/java/lang/", "java.base/java/util/");
    private static final int LARGEST_FILE = 1 << 22;

    private JdkSources() {}

    /**
     * The sources of the running JDK.
     *
     * @throws DataException when it comes without them
     */
    public static Text open() {
        return open(Path.of(System.getProperty("java.home"), "lib", "src.zip"));
    }

    static Text open(Path zip) {
        if (!Files.isRegularFile(zip)) {
            throw new DataException("the default text, " + zip + ", does not exist: this JDK comes without its sources");
        }
        return Text.build(zip.toString(), arena -> read(zip, arena));
    }

    private static Text.Contents read(Path zip, Arena arena) throws IOException {
        List<Text.Piece> pieces = new ArrayList<>();
        try (ZipFile file = new ZipFile(zip.toFile())) {
            for (String folder : PACKAGES) {
                List<? extends ZipEntry> sources = file.stream()
                        .filter(e -> e.getName().startsWith(folder) && e.getName().endsWith(".java"))
                        .filter(e -> e.getName().indexOf('/', folder.length()) < 0)
                        .sorted(Comparator.comparing(ZipEntry::getName))
                        .toList();
                for (ZipEntry e : sources) pieces.add(piece(zip, file, e, arena));
            }
        }
        return new Text.Contents(pieces, pieces.size(), 0);
    }

    private static Text.Piece piece(Path zip, ZipFile file, ZipEntry entry, Arena arena) throws IOException {
        String name = zip + "!/" + entry.getName();
        byte[] bytes;
        try (var in = file.getInputStream(entry)) {
            bytes = in.readNBytes(LARGEST_FILE);
        }
        int start = headEnd(bytes);
        MemorySegment copy = arena.allocate(Math.max(1, bytes.length - start)).asSlice(0, bytes.length - start);
        MemorySegment.copy(MemorySegment.ofArray(bytes), start, copy, 0, bytes.length - start);
        return new Text.Piece(name, copy);
    }

    /** Where the package declaration starts, 0 without one. */
    private static int headEnd(byte[] bytes) {
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\npackage ");
        return at + 1;
    }
}
