package dev.gatun.bindings;

import dev.gatun.bindings.onednn.Dnnl;
import dev.gatun.bindings.onednn.dnnl_version_t;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The one owner of the loaded oneDNN library. It is looked for in {@code GATUN_ONEDNN=/path/libdnnl.so.3}, otherwise
 * in the Maven jar {@code org.bytedeco:dnnl} on the class path or module path, from which it is extracted once into
 * {@code $GATUN_CACHE}, {@code $XDG_CACHE_HOME/gatun} or {@code ~/.cache/gatun}. Nothing is downloaded.
 *
 * <p>Before libgomp is loaded, {@code OMP_WAIT_POLICY=passive} is put into the process environment unless the user
 * set that variable: OpenMP threads that spin after their work take the cores from Java's threads.
 */
public final class OneDnnLibrary {
    private static final String FOLDER = "org/bytedeco/dnnl/linux-x86_64";
    private static final String GOMP = "libgomp.so.1";
    private static final String DNNL = "libdnnl.so.3";

    private OneDnnLibrary() {}

    /** What came of looking for the library. */
    public sealed interface Probe {}

    /**
     * The library is loaded and may be called.
     *
     * @param version the library's own version, e.g. {@code 3.11.0}
     * @param path the file it was loaded from
     * @param isa the widest instruction set that it uses on this CPU, e.g. {@code avx512_core_bf16}
     * @param loadMillis how long finding, checking and loading took
     * @param note what the user should know although all works, e.g. a cache that cannot be written; mostly empty
     */
    public record Ready(String version, Path path, String isa, long loadMillis, String note) implements Probe {
        /** Rejects nulls. */
        public Ready {
            Objects.requireNonNull(version, "version");
            Objects.requireNonNull(path, "path");
            Objects.requireNonNull(isa, "isa");
            Objects.requireNonNull(note, "note");
        }
    }

    /**
     * There is no library to call.
     *
     * @param reason one line for the user: what was looked for, what is wrong with it, what to do
     */
    public record Missing(String reason) implements Probe {
        /** Rejects null. */
        public Missing {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /** The user's folder for what is worth keeping between starts: {@code GATUN_CACHE}, or a usual place. */
    public static Path cacheFolder() {
        return NativeSettings.of(System.getenv()).cache();
    }

    /** Loads the library at the first call and answers the same ever after. Never throws. */
    public static Probe probe() {
        return Loaded.PROBE;
    }

    /**
     * The library's files as they lie in a jar on the class path or module path, for putting them into another.
     *
     * @return content by the name of the entry; empty where the library is in no jar
     */
    public static Map<String, byte[]> packagedFiles() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : List.of(GOMP, DNNL)) {
            Optional<PackagedLibrary> file = find(name);
            if (file.isEmpty()) return Map.of();
            try (InputStream in = file.get().open()) {
                files.put(FOLDER + "/" + name, in.readAllBytes());
            }
        }
        return files;
    }

    /** A library stays loaded until the JVM ends, so its answer is fixed once: this class holds it. */
    private static final class Loaded {
        static final Probe PROBE = probe(System.getenv());
    }

    /** Looks for the library as {@code environment} says. */
    static Probe probe(Map<String, String> environment) {
        try {
            return probe(NativeSettings.of(environment));
        } catch (RuntimeException e) {
            return new Missing("oneDNN: GATUN_ONEDNN or the cache folder is not a path: " + e.getMessage());
        }
    }

    /** As {@link #probe()}, with every outer circumstance given, and without remembering the answer. */
    static Probe probe(NativeSettings settings) {
        long start = System.nanoTime();
        if (!"Linux".equals(System.getProperty("os.name")) || !"amd64".equals(System.getProperty("os.arch"))) {
            return new Missing("oneDNN is bound for linux x86-64 only, this is " + System.getProperty("os.name") + " "
                    + System.getProperty("os.arch"));
        }
        try {
            return settings.oneDnn().isPresent()
                    ? load(settings.oneDnn().get(), Optional.empty(), "", "GATUN_ONEDNN=", start)
                    : packaged(settings, start);
        } catch (Refused e) {
            return new Missing(e.getMessage());
        } catch (IOException | RuntimeException | LinkageError e) {
            return new Missing(nativeAccessDenied(e)
                    ? "oneDNN needs native access: start java with --enable-native-access=dev.gatun.bindings "
                            + "(on the class path: ALL-UNNAMED)"
                    : "oneDNN cannot be loaded: " + e);
        }
    }

    /** Whether the JVM refused a native call, be it while a class of bindings was initialized. */
    private static boolean nativeAccessDenied(Throwable thrown) {
        return thrown != null && (thrown instanceof IllegalCallerException || nativeAccessDenied(thrown.getCause()));
    }

    private static Probe packaged(NativeSettings settings, long start) throws IOException, Refused {
        Optional<PackagedLibrary> gomp = find(GOMP);
        Optional<PackagedLibrary> dnnl = find(DNNL);
        if (gomp.isEmpty() || dnnl.isEmpty()) {
            return new Missing("no oneDNN on the class path or module path: add org.bytedeco:dnnl:3.11-1.5.13 "
                    + "with classifier linux-x86_64, or set GATUN_ONEDNN=/path/" + DNNL);
        }
        List<PackagedLibrary> files = List.of(gomp.get(), dnnl.get());
        String version = "onednn-" + headerVersion() + "-" + dnnl.get().fingerprint();
        LibraryCache cache = new LibraryCache(settings.cache().resolve(version));
        try {
            cache.provide(files);
            return load(cache.file(DNNL), Optional.of(cache.file(GOMP)), "", "", start);
        } catch (IOException e) {
            return temporary(settings, files, cache.folder() + ": " + e, start);
        } catch (Refused e) {
            return temporary(settings, files, e.getMessage(), start); // e.g. a home mounted without exec
        }
    }

    private static Optional<PackagedLibrary> find(String name) {
        return PackagedLibrary.find(OneDnnLibrary.class.getClassLoader(),
                System.getProperty("jdk.module.path", ""), FOLDER, name);
    }

    /** Loads from a folder that lives as long as the call: a loaded library needs its name no more. */
    private static Probe temporary(NativeSettings settings, List<PackagedLibrary> files, String why, long start)
            throws IOException, Refused {
        Path folder;
        try {
            folder = Files.createTempDirectory(settings.temporary(), "gatun-onednn-");
        } catch (IOException e) {
            return new Missing("oneDNN cannot be extracted: cache " + why + "; temporary folder: " + e
                    + ": set GATUN_CACHE to a folder that can be written");
        }
        LibraryCache extracted = new LibraryCache(folder);
        try {
            extracted.provide(files);
            return load(extracted.file(DNNL), Optional.of(extracted.file(GOMP)),
                    "oneDNN's cache cannot be used (" + why + "), so it is extracted at every start: "
                            + "set GATUN_CACHE to a folder that can be", "", start);
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) {
        try (var children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                Files.deleteIfExists(child);
            }
            Files.deleteIfExists(folder);
        } catch (IOException leftToTheSystem) {
            // the library is loaded or refused already; temporary folders are swept by the system
        }
    }

    private static Probe load(Path dnnl, Optional<Path> gomp, String note, String source, long start)
            throws IOException, Refused {
        Path path = dnnl.toAbsolutePath();
        checkFile(path, source);
        if (gomp.isPresent()) {
            checkFile(gomp.get(), "");
        }
        setPassiveWaiting();
        String version;
        try (Arena open = Arena.ofConfined()) {
            gomp.ifPresent(file -> System.load(file.toAbsolutePath().toString()));
            version = version(path, source, open);
            System.load(path.toString());
        } catch (UnsatisfiedLinkError e) {
            throw new Refused(source + path + " cannot be loaded: " + e.getMessage());
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        return new Ready(version, path, isa(Dnnl.dnnl_get_effective_cpu_isa()), millis, note);
    }

    private static void checkFile(Path path, String source) throws IOException, Refused {
        if (!Files.isRegularFile(path)) {
            throw new Refused(source + path + ": no such file");
        }
        if (!Files.isReadable(path)) {
            throw new Refused(source + path + ": no permission to read it");
        }
        Optional<String> problem = ElfFile.problem(path);
        if (problem.isPresent()) {
            throw new Refused(source + path + ": " + problem.get());
        }
    }

    /**
     * Asks the library for its version before it is loaded for good: a wrong one is unloaded with {@code open}. A
     * library is fit when its major version is that of the bindings and its minor one no older.
     */
    private static String version(Path path, String source, Arena open) throws Refused {
        SymbolLookup symbols;
        try {
            symbols = SymbolLookup.libraryLookup(path, open);
        } catch (IllegalArgumentException e) {
            System.load(path.toString()); // fails again, this time saying why
            throw new Refused(source + path + " cannot be loaded: " + e.getMessage());
        }
        Optional<MemorySegment> function = symbols.find("dnnl_version");
        if (function.isEmpty()) {
            throw new Refused(source + path + ": not oneDNN, it has no function dnnl_version");
        }
        MethodHandle call = Linker.nativeLinker().downcallHandle(function.get(),
                FunctionDescriptor.of(ValueLayout.ADDRESS.withTargetLayout(dnnl_version_t.layout())));
        MemorySegment version;
        try {
            version = (MemorySegment) call.invokeExact();
        } catch (Throwable e) {
            throw new AssertionError("dnnl_version throws nothing", e);
        }
        int major = dnnl_version_t.major(version);
        int minor = dnnl_version_t.minor(version);
        String name = major + "." + minor + "." + dnnl_version_t.patch(version);
        if (major != Dnnl.DNNL_VERSION_MAJOR() || minor < Dnnl.DNNL_VERSION_MINOR()) {
            throw new Refused(source + path + ": oneDNN " + name + ", needed is " + Dnnl.DNNL_VERSION_MAJOR() + "."
                    + Dnnl.DNNL_VERSION_MINOR() + " or a later " + Dnnl.DNNL_VERSION_MAJOR() + ".x");
        }
        return name;
    }

    /** libgomp reads its environment once, when it is loaded; Java's own view of the environment stays as it is. */
    private static void setPassiveWaiting() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
        if (setenv.isEmpty()) {
            return;
        }
        MethodHandle call = linker.downcallHandle(setenv.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int ignored = (int) call.invokeExact(
                    arena.allocateFrom("OMP_WAIT_POLICY"), arena.allocateFrom("passive"), 0);
        } catch (Throwable e) {
            throw new AssertionError("setenv throws nothing", e);
        }
    }

    private static String headerVersion() {
        return Dnnl.DNNL_VERSION_MAJOR() + "." + Dnnl.DNNL_VERSION_MINOR() + "." + Dnnl.DNNL_VERSION_PATCH();
    }

    private static String isa(int code) {
        record Isa(int code, String name) {}
        List<Isa> known = List.of(
                new Isa(Dnnl.dnnl_cpu_isa_sse41(), "sse41"),
                new Isa(Dnnl.dnnl_cpu_isa_avx(), "avx"),
                new Isa(Dnnl.dnnl_cpu_isa_avx2(), "avx2"),
                new Isa(Dnnl.dnnl_cpu_isa_avx2_vnni(), "avx2_vnni"),
                new Isa(Dnnl.dnnl_cpu_isa_avx2_vnni_2(), "avx2_vnni_2"),
                new Isa(Dnnl.dnnl_cpu_isa_avx512_core(), "avx512_core"),
                new Isa(Dnnl.dnnl_cpu_isa_avx512_core_vnni(), "avx512_core_vnni"),
                new Isa(Dnnl.dnnl_cpu_isa_avx512_core_bf16(), "avx512_core_bf16"),
                new Isa(Dnnl.dnnl_cpu_isa_avx512_core_fp16(), "avx512_core_fp16"),
                new Isa(Dnnl.dnnl_cpu_isa_avx512_core_amx(), "avx512_core_amx"),
                new Isa(Dnnl.dnnl_cpu_isa_avx512_core_amx_fp16(), "avx512_core_amx_fp16"),
                new Isa(Dnnl.dnnl_cpu_isa_avx10_2_512(), "avx10_2_512"),
                new Isa(Dnnl.dnnl_cpu_isa_avx10_2_512_amx_2(), "avx10_2_512_amx_2"));
        return known.stream().filter(isa -> isa.code() == code).map(Isa::name).findFirst()
                .orElse("isa 0x" + Integer.toHexString(code));
    }

    /** A library file that must not be called, with the line that tells the user. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String reason) {
            super(reason);
        }
    }
}
