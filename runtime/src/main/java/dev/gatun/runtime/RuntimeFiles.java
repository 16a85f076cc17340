package dev.gatun.runtime;

import dev.gatun.bindings.OneDnn;
import dev.gatun.bindings.OneDnnLibrary;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.simd.Kernel;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The files that run compiled code, to put them into a jar with it: as they were found when this JVM loaded them. */
public final class RuntimeFiles {
    /** One class of each module that compiled code needs. */
    private static final List<Class<?>> MODULES = List.of(ExecutionPlan.class, Kernel.class, OneDnn.class, RuntimeFiles.class);

    private RuntimeFiles() {}

    /**
     * Classes of graph, kernels, bindings and runtime, and the native library.
     *
     * @param target what the code asks for; without a library none comes along, nor does one that is in no jar
     * @return content by the name of the entry, in the order of the names
     * @throws IOException when a file cannot be read
     */
    public static SortedMap<String, byte[]> of(Target target) throws IOException {
        SortedMap<String, byte[]> found = new TreeMap<>();
        for (Class<?> c : MODULES) found.putAll(beside(c, name -> true));
        if (!target.library().isEmpty()) found.putAll(OneDnnLibrary.packagedFiles());
        return found;
    }

    /**
     * Files of the jar or folder that a class of Gatun lies in.
     *
     * @param wanted which, by the name of the entry
     * @return content by the name of the entry, in the order of the names
     * @throws IOException when a file cannot be read
     */
    public static SortedMap<String, byte[]> beside(Class<?> one, Predicate<String> wanted) throws IOException {
        CodeSource source = one.getProtectionDomain().getCodeSource();
        URL place = source == null ? null : source.getLocation();
        if (place == null) throw new IOException("where the class file of " + one.getName() + " lies is not known");
        try {
            Path path = Path.of(place.toURI());
            if (Files.isDirectory(path)) return files(path, wanted);
            try (FileSystem jar = FileSystems.newFileSystem(path)) {
                return files(jar.getPath("/"), wanted);
            }
        } catch (URISyntaxException e) {
            throw new IOException(place + " is no address of files", e);
        }
    }

    private static SortedMap<String, byte[]> files(Path root, Predicate<String> wanted) throws IOException {
        SortedMap<String, byte[]> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path f : all.filter(Files::isRegularFile).toList()) {
                String name = root.relativize(f).toString().replace('\\', '/');
                if (name.startsWith("dev/gatun/") && wanted.test(name)) found.put(name, Files.readAllBytes(f));
            }
        }
        return found;
    }
}
