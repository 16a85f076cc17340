package dev.gatun.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.bindings.onednn.Dnnl;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Finding and loading. A library can be loaded into a JVM once, so what depends on loading runs in JVMs of its own
 * whose {@link #main} prints the answer; refusals are asked for right here.
 */
class OneDnnLibraryTest {
    @TempDir
    Path temp;

    /** The library of the test class path. */
    static OneDnnLibrary.Ready ready() {
        assumeTrue("Linux".equals(System.getProperty("os.name")) && "amd64".equals(System.getProperty("os.arch")),
                "oneDNN is bound for linux x86-64 only");
        OneDnnLibrary.Probe probe = OneDnnLibrary.probe();
        assertThat(probe).isInstanceOf(OneDnnLibrary.Ready.class);
        return (OneDnnLibrary.Ready) probe;
    }

    /** Prints what a probe answers, and the threads and environment that OpenMP sees. */
    public static void main(String[] args) {
        OneDnnLibrary.Probe probe = OneDnnLibrary.probe();
        System.out.println(probe);
        if (probe instanceof OneDnnLibrary.Ready ready) {
            try (OneDnn oneDnn = OneDnn.open(ready, 1)) {
                oneDnn.claimThreads();
                System.out.println("threads " + OpenMp.maxThreads());
            }
        }
    }

    private record Child(Process process, Path output) {
        String answer() throws IOException, InterruptedException {
            assertThat(process.waitFor()).as(Files.readString(output)).isZero();
            return Files.readString(output);
        }
    }

    private Child child(Map<String, String> environment, String... arguments) throws IOException {
        Path output = Files.createTempFile(temp, "child", ".txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + temp.resolve("hs_err.log")));
        command.addAll(arguments.length > 0 ? List.of(arguments) : List.of("--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), OneDnnLibraryTest.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("GATUN_") || name.startsWith("OMP_"));
        builder.environment().putAll(environment);
        return new Child(builder.start(), output);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static Path file(Path folder, String name) throws IOException {
        return files(folder).stream().filter(f -> f.endsWith(name)).findFirst().orElseThrow();
    }

    @Test
    void theLibraryOfTheClassPathIsReady() {
        OneDnnLibrary.Ready ready = ready();
        assertThat(ready.version()).isEqualTo("3.11.0");
        assertThat(ready.isa()).matches("(sse41|avx).*");
        assertThat(OneDnnLibrary.probe()).isSameAs(ready);
    }

    @Test
    void everyBoundFunctionIsInTheLibrary() throws ReflectiveOperationException {
        ready();
        int functions = 0;
        for (Method method : Dnnl.class.getMethods()) {
            if (method.getName().endsWith("$address")) {
                assertThat(((MemorySegment) method.invoke(null)).address()).as(method.getName()).isNotZero();
                functions++;
            }
        }
        assertThat(functions).isGreaterThan(60);
    }

    @Test
    void twoJvmsStartingTogetherShareOneExtraction() throws Exception {
        ready();
        Path cache = temp.resolve("cache");
        List<Child> children = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            children.add(child(Map.of("GATUN_CACHE", cache.toString())));
        }
        for (Child child : children) {
            assertThat(child.answer()).contains("Ready[version=3.11.0, path=" + cache).contains("note=]");
        }
        assertThat(files(cache).stream().map(f -> f.getFileName().toString())).containsExactlyInAnyOrder(
                ".lock", "libdnnl.so.3", "libdnnl.so.3.sum", "libgomp.so.1", "libgomp.so.1.sum");
    }

    @Test
    void aCorruptEntryIsExtractedAgainAndAnIntactOneIsKept() throws Exception {
        ready();
        Path cache = temp.resolve("cache");
        Map<String, String> environment = Map.of("GATUN_CACHE", cache.toString());
        assertThat(child(environment).answer()).contains("Ready[");
        Path library = file(cache, "libdnnl.so.3");
        Object inode = Files.getAttribute(library, "unix:ino");
        byte[] whole = Files.readAllBytes(library);

        assertThat(child(environment).answer()).contains("Ready[");
        assertThat(Files.getAttribute(library, "unix:ino")).isEqualTo(inode);

        Files.setLastModifiedTime(library, FileTime.from(Instant.EPOCH)); // same bytes: hashed, kept, noted
        assertThat(child(environment).answer()).contains("Ready[");
        assertThat(Files.getAttribute(library, "unix:ino")).isEqualTo(inode);
        assertThat(Files.readString(file(cache, "libdnnl.so.3.sum"))).endsWith(" " + whole.length + " 0\n");

        byte[] corrupt = whole.clone();
        Arrays.fill(corrupt, 1 << 20, 2 << 20, (byte) 0xCC);
        Files.write(library, corrupt);
        assertThat(child(environment).answer()).contains("Ready[");
        assertThat(Files.readAllBytes(library)).isEqualTo(whole);

        Files.write(library, Arrays.copyOf(whole, whole.length / 2));
        assertThat(child(environment).answer()).contains("Ready[");
        assertThat(Files.readAllBytes(library)).isEqualTo(whole);
    }

    @Test
    void aCacheThatCannotBeWrittenIsReplacedByATemporaryFolderWithANote() throws Exception {
        ready();
        Path plainFile = Files.writeString(temp.resolve("plain"), "a file where a folder is needed");
        Path temporary = Files.createDirectory(temp.resolve("tmp"));
        String answer = child(Map.of("GATUN_CACHE", plainFile.resolve("cache").toString()),
                "-Djava.io.tmpdir=" + temporary, "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), OneDnnLibraryTest.class.getName()).answer();
        assertThat(answer).contains("Ready[").contains("path=" + temporary)
                .contains("note=oneDNN's cache cannot be used (" + plainFile).contains("set GATUN_CACHE");
        assertThat(files(temporary).stream().filter(f -> f.toString().contains("onednn"))).isEmpty();
    }

    @Test
    void neitherCacheNorTemporaryFolderIsMissing() throws IOException {
        ready();
        Path plainFile = Files.writeString(temp.resolve("plain"), "");
        assertMissing(new NativeSettings(Optional.empty(), plainFile.resolve("a"), plainFile.resolve("b")),
                "oneDNN cannot be extracted: cache " + plainFile);
    }

    @Test
    void leftoversOfADeadProcessAreRemoved() throws Exception {
        Path folder = Files.createDirectories(temp.resolve("cache"));
        Path old = Files.writeString(folder.resolve("lib.so.1-2.partial"), "half");
        Files.setLastModifiedTime(old, FileTime.from(Instant.EPOCH));
        Path young = Files.writeString(folder.resolve("lib.so.3-4.partial"), "another process writes this");
        Path source = Files.writeString(temp.resolve("lib.so"), "bytes");
        LibraryCache cache = new LibraryCache(folder);
        cache.provide(List.of(new PackagedLibrary("lib.so", source.toUri().toURL())));
        assertThat(cache.file("lib.so")).hasContent("bytes");
        assertThat(old).doesNotExist();
        assertThat(young).exists();
    }

    @Test
    void openMpIsToldToWaitPassively() throws Exception {
        ready();
        Map<String, String> show = Map.of("OMP_DISPLAY_ENV", "true");
        assertThat(child(show).answer()).contains("OMP_WAIT_POLICY = 'PASSIVE'").contains("threads 1");
        assertThat(child(Map.of("OMP_DISPLAY_ENV", "true", "OMP_WAIT_POLICY", "active")).answer())
                .contains("OMP_WAIT_POLICY = 'ACTIVE'");
    }

    @Test
    void theLibraryIsFoundOnTheModulePath() throws Exception {
        ready();
        String jar = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(e -> e.contains("dnnl") && e.endsWith(".jar")).findFirst().orElseThrow();
        Path classes = Path.of(OneDnnLibrary.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path tests = Path.of(OneDnnLibraryTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        // the test's main joins the module; the jar of natives is on the module path but required by nobody
        String answer = child(Map.of("GATUN_CACHE", temp.resolve("cache").toString()),
                "--enable-native-access=dev.gatun.bindings", "--module-path", classes + File.pathSeparator + jar,
                "--add-modules", "dev.gatun.bindings", "--patch-module", "dev.gatun.bindings=" + tests,
                "--add-reads", "dev.gatun.bindings=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                "-m", "dev.gatun.bindings/" + OneDnnLibraryTest.class.getName()).answer();
        assertThat(answer).contains("Ready[version=3.11.0").doesNotContain("WARNING");
        assertThat(PackagedLibrary.find(ClassLoader.getPlatformClassLoader(), jar, "org/bytedeco/dnnl/linux-x86_64",
                "libdnnl.so.3")).isPresent();
    }

    @Test
    void withoutTheJarTheReasonNamesIt() throws Exception {
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(e -> !e.contains("dnnl")).collect(Collectors.joining(File.pathSeparator));
        assertThat(child(Map.of(), "--enable-native-access=ALL-UNNAMED", "-cp", classPath,
                OneDnnLibraryTest.class.getName()).answer())
                .contains("Missing[reason=no oneDNN on the class path or module path: add org.bytedeco:dnnl");
    }

    @Test
    void deniedNativeAccessIsAReason() throws Exception {
        ready();
        assertThat(child(Map.of(), "--illegal-native-access=deny", "-cp", System.getProperty("java.class.path"),
                OneDnnLibraryTest.class.getName()).answer())
                .contains("Missing[reason=oneDNN needs native access: start java with --enable-native-access=");
    }

    @Test
    void theEnvironmentNamesTheFolders() {
        String home = System.getProperty("user.home");
        assertThat(NativeSettings.of(Map.of()).cache()).isEqualTo(Path.of(home, ".cache", "gatun"));
        assertThat(NativeSettings.of(Map.of("XDG_CACHE_HOME", "/x")).cache()).isEqualTo(Path.of("/x/gatun"));
        assertThat(NativeSettings.of(Map.of("XDG_CACHE_HOME", "x")).cache())
                .isEqualTo(Path.of(home, ".cache", "gatun"));
        assertThat(NativeSettings.of(Map.of("XDG_CACHE_HOME", "/x", "GATUN_CACHE", "/y")).cache())
                .isEqualTo(Path.of("/y"));
        assertThat(NativeSettings.of(Map.of("GATUN_ONEDNN", " ")).oneDnn()).isEmpty();
        assertThat(OneDnnLibrary.probe(Map.of("GATUN_ONEDNN", "a\0b"))).isInstanceOf(OneDnnLibrary.Missing.class);
    }

    @Test
    void aGivenLibraryIsLoaded() throws Exception {
        Path given = ready().path();
        assertThat(child(Map.of("GATUN_ONEDNN", given.toString())).answer())
                .contains("Ready[version=3.11.0, path=" + given);
    }

    @Test
    void wrongFilesAreRefusedWithAReason() throws IOException {
        byte[] library = Files.readAllBytes(ready().path());
        assertRefused(temp.resolve("absent.so"), "no such file");
        assertRefused(temp, "no such file");
        assertRefused(write("text.so", "#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII)),
                "not an ELF file");
        assertRefused(write("empty.so", new byte[0]), "not an ELF file");
        assertRefused(write("short.so", Arrays.copyOf(library, 40)), "not an ELF file");
        assertRefused(write("half.so", Arrays.copyOf(library, library.length / 2)),
                "truncated: it has " + library.length / 2 + " bytes");
        assertRefused(write("header.so", Arrays.copyOf(library, 64)), "truncated: it has 64 bytes");
        assertRefused(write("arm.so", header(library, 18, 183)), "built for AArch64, this JVM needs x86-64");
        assertRefused(write("x86.so", header(library, 18, 3)), "built for 32-bit x86, this JVM needs x86-64");
        assertRefused(write("object.so", header(library, 16, 1)), "an ELF file, but not a shared library");
        byte[] wild = library.clone();
        ByteBuffer.wrap(wild).order(ByteOrder.LITTLE_ENDIAN).putLong(32, Long.MAX_VALUE - 7);
        assertRefused(write("wild.so", wild), "truncated");
    }

    @Test
    void anotherLibraryIsRefused() throws IOException {
        Path gomp = ready().path().resolveSibling("libgomp.so.1");
        assertRefused(gomp, "not oneDNN, it has no function dnnl_version");
        // an executable is a shared object to the ELF header, not to the dynamic loader
        assertRefused(Path.of(System.getProperty("java.home"), "bin", "java"), "cannot be loaded: ");
    }

    /** A library whose {@code dnnl_version} says something else, compiled on the spot. */
    @Test
    void anotherVersionIsRefused() throws Exception {
        ready();
        Path source = Files.writeString(temp.resolve("old.c"),
                "static int version[6] = {2, 7, 3, 0, 0, 0}; void *dnnl_version(void) { return version; }\n");
        Path library = temp.resolve("libdnnl.so.2");
        Process gcc = HeadersTest.gcc("-shared", "-fPIC", "-o", library.toString(), source.toString());
        assertThat(gcc.waitFor()).isZero();
        assertRefused(library, "oneDNN 2.7.3, needed is 3.11 or a later 3.x");
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(temp.resolve(name), bytes);
    }

    private static byte[] header(byte[] library, int at, int value) {
        byte[] changed = library.clone();
        ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putShort(at, (short) value);
        return changed;
    }

    private void assertRefused(Path file, String reason) {
        assertMissing(new NativeSettings(Optional.of(file), temp, temp), "GATUN_ONEDNN=" + file);
        assertMissing(new NativeSettings(Optional.of(file), temp, temp), reason);
    }

    private static void assertMissing(NativeSettings settings, String reason) {
        assertThat(OneDnnLibrary.probe(settings)).isInstanceOfSatisfying(OneDnnLibrary.Missing.class,
                missing -> assertThat(missing.reason()).contains(reason));
    }
}
