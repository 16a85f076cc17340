package dev.gatun.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gatun.models.data.documents.Document;
import dev.gatun.models.data.documents.Documents;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that has Gatun on the module path, and Parquet, which cannot stand there, on the class path. */
class ModulePathTest {
    /** Prints the texts of a file, and the module that read them. */
    static final class Show {
        public static void main(String[] args) {
            for (Document d : Documents.of(Path.of(args[0]), "text")) System.out.println(d.text());
            System.out.println("by " + Documents.class.getModule());
        }
    }

    @Test
    void theFormatIsFoundFromAModule(@TempDir Path dir) throws IOException, InterruptedException, URISyntaxException {
        Path models = Path.of(Documents.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        assumeThat(models.toString().endsWith(".jar") || models.resolve("module-info.class").toFile().exists()).as("built as a module").isTrue();
        Path file = new ParquetWriting().texts(dir.resolve("a.parquet"), List.of("found"));
        List<String> entries = List.of(System.getProperty("java.class.path").split(File.pathSeparator));
        String modules = entries.stream().filter(ModulePathTest::isModule).collect(Collectors.joining(File.pathSeparator));
        String rest = entries.stream().filter(e -> !isModule(e)).collect(Collectors.joining(File.pathSeparator));
        Process p = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
                "--module-path", modules, "--add-modules", "dev.gatun.models", "-cp", rest, Show.class.getName(), file.toString()).redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(out).contains("found", "by module dev.gatun.models");
        assertThat(p.exitValue()).isZero();
    }

    private static boolean isModule(String entry) {
        String path = entry.replace(File.separatorChar, '/');
        return Stream.of("graph", "simd", "native-bindings", "runtime", "models").anyMatch(m -> path.endsWith("/" + m + "/target/classes") || path.contains("/gatun-" + m + "-"))
                || path.contains("/jackson-") || path.contains("/protobuf-java");
    }
}
