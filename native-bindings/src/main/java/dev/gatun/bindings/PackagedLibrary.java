package dev.gatun.bindings;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** One library file inside a jar on the class path or the module path, e.g. {@code libdnnl.so.3}. */
record PackagedLibrary(String name, URL url) {

    /** Finds {@code folder/name} by class loader, then in the jars of the module path, whether resolved or not. */
    static Optional<PackagedLibrary> find(ClassLoader loader, String modulePath, String folder, String name) {
        String entry = folder + "/" + name;
        URL url = loader.getResource(entry);
        return Optional.ofNullable(url).or(() -> onModulePath(modulePath, entry))
                .map(found -> new PackagedLibrary(name, found));
    }

    /**
     * What tells one build of the file from another without reading it: checksum and length from the jar's index, or
     * the length and time of a plain file.
     */
    String fingerprint() throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        if (connection instanceof JarURLConnection jar) {
            try (JarFile file = jar.getJarFile()) {
                JarEntry entry = file.getJarEntry(jar.getEntryName());
                return "%08x-%d".formatted(entry.getCrc(), entry.getSize());
            }
        }
        connection.getInputStream().close();
        return "%x-%d".formatted(connection.getLastModified(), connection.getContentLengthLong());
    }

    InputStream open() throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        return connection.getInputStream();
    }

    /** A jar of native files is a module nobody requires, so the loader does not see into it: look for ourselves. */
    private static Optional<URL> onModulePath(String modulePath, String entry) {
        for (String element : modulePath.split(File.pathSeparator)) {
            Path path = Path.of(element);
            try {
                if (Files.isDirectory(path)) {
                    try (var children = Files.newDirectoryStream(path, "*.jar")) {
                        for (Path child : children) {
                            if (contains(child, entry)) {
                                return Optional.of(url(child, entry));
                            }
                        }
                    }
                } else if (element.endsWith(".jar") && contains(path, entry)) {
                    return Optional.of(url(path, entry));
                }
            } catch (IOException unreadable) {
                // an element that cannot be read holds nothing for us
            }
        }
        return Optional.empty();
    }

    private static boolean contains(Path jar, String entry) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.getEntry(entry) != null;
        }
    }

    private static URL url(Path jar, String entry) throws IOException {
        return URI.create("jar:" + jar.toUri() + "!/" + entry).toURL();
    }
}
