package dev.gatun.bindings;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A folder of libraries extracted from jars, kept between starts.
 *
 * <p>An entry is a file and, beside it, {@code <file>.sum} with its SHA-256, length and modification time in
 * nanoseconds since 1970. A start compares length and time; when they differ it hashes the file, and extracts it again
 * when the hash differs too.
 * Files appear whole: written beside, forced to disk, renamed. A file lock keeps two JVMs that start together from
 * extracting twice; where locks do not work both extract, and the rename keeps that harmless.
 *
 * @param folder the folder of one version
 */
record LibraryCache(Path folder) {
    private static final Duration STALE = Duration.ofHours(1);

    /**
     * Makes every library present and intact.
     *
     * @throws IOException when the folder cannot be written, with the system's reason
     */
    void provide(List<PackagedLibrary> libraries) throws IOException {
        if (intact(libraries)) {
            return;
        }
        Files.createDirectories(folder);
        Path lockFile = folder.resolve(".lock");
        try (FileChannel channel =
                FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            FileLock lock = lock(channel);
            try {
                if (lock != null) {
                    removeLeftovers();
                }
                for (PackagedLibrary library : libraries) {
                    if (!intact(library.name())) {
                        extract(library);
                    }
                }
            } finally {
                if (lock != null) {
                    lock.release();
                }
            }
        }
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    private boolean intact(List<PackagedLibrary> libraries) throws IOException {
        for (PackagedLibrary library : libraries) {
            if (!intact(library.name())) {
                return false;
            }
        }
        return true;
    }

    private boolean intact(String name) throws IOException {
        Path file = file(name);
        Path sum = sumFile(name);
        if (!Files.isRegularFile(file) || !Files.isRegularFile(sum)) {
            return false;
        }
        String recorded = Files.readString(sum).strip();
        String hash = recorded.split(" ", 2)[0];
        if (recorded.equals(sumLine(hash, file))) {
            return true;
        }
        try (InputStream in = Files.newInputStream(file)) {
            if (!hash.equals(copy(in, OutputStream.nullOutputStream()))) {
                return false;
            }
        }
        try {
            replace(sum, sumLine(hash, file)); // same bytes, another time: spare the next start the hashing
        } catch (IOException readOnly) {
            // the bytes are right, that is what counts
        }
        return true;
    }

    private void extract(PackagedLibrary library) throws IOException {
        Path partial = partial(library.name());
        try {
            String hash;
            try (InputStream in = library.open();
                    FileChannel out = FileChannel.open(partial, StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.WRITE)) {
                hash = copy(in, Channels.newOutputStream(out));
                out.force(true);
            }
            String line = sumLine(hash, partial);
            Files.move(partial, file(library.name()), StandardCopyOption.ATOMIC_MOVE);
            replace(sumFile(library.name()), line);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private void replace(Path target, String text) throws IOException {
        Path partial = partial(target.getFileName().toString());
        try {
            Files.writeString(partial, text + "\n");
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /** What a process that died while extracting left behind. */
    private void removeLeftovers() throws IOException {
        Instant before = Instant.now().minus(STALE);
        try (var partials = Files.newDirectoryStream(folder, "*.partial")) {
            for (Path partial : partials) {
                if (Files.getLastModifiedTime(partial).toInstant().isBefore(before)) {
                    Files.deleteIfExists(partial);
                }
            }
        }
    }

    private Path partial(String name) {
        return folder.resolve(name + "." + ProcessHandle.current().pid() + "-" + System.nanoTime() + ".partial");
    }

    private Path sumFile(String name) {
        return folder.resolve(name + ".sum");
    }

    private static String sumLine(String hash, Path file) throws IOException {
        return hash + " " + Files.size(file) + " " + Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS);
    }

    /** The lock, or null where the file system has none or another thread of this JVM holds it. */
    private static FileLock lock(FileChannel channel) {
        try {
            return channel.lock();
        } catch (IOException | OverlappingFileLockException without) {
            return null;
        }
    }

    private static String copy(InputStream in, OutputStream out) throws IOException {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
        try (DigestInputStream digesting = new DigestInputStream(in, sha256)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = digesting.read(buffer); n >= 0; n = digesting.read(buffer)) {
                out.write(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(sha256.digest());
    }
}
