package dev.gatun.bindings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where native libraries come from.
 *
 * @param oneDnn a {@code libdnnl.so.3} to load in place of the packaged one
 * @param cache folder that keeps extracted libraries between starts
 * @param temporary folder for libraries that could not be kept
 */
record NativeSettings(Optional<Path> oneDnn, Path cache, Path temporary) {

    /**
     * Reads {@code GATUN_ONEDNN}, {@code GATUN_CACHE} and {@code XDG_CACHE_HOME}.
     *
     * @throws InvalidPathException when one of them is no path at all
     */
    static NativeSettings of(Map<String, String> environment) {
        return new NativeSettings(value(environment, "GATUN_ONEDNN"), cache(environment),
                Path.of(System.getProperty("java.io.tmpdir")));
    }

    private static Path cache(Map<String, String> environment) {
        return value(environment, "GATUN_CACHE")
                .or(() -> value(environment, "XDG_CACHE_HOME").filter(Path::isAbsolute).map(p -> p.resolve("gatun")))
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache", "gatun"));
    }

    private static Optional<Path> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(v -> !v.isBlank()).map(Path::of);
    }
}
