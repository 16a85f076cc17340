package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody sees who puts Gatun into a program: its documentation and its bill of materials. */
class LibraryTest {
    private static final Path ROOT = root();
    private static final Pattern ARTIFACT = Pattern.compile("<artifactId>(gatun-[a-z-]+)</artifactId>");

    @Test
    void javadocOfAllExportedPackagesHasNoWarning(@TempDir Path out) {
        List<String> args = new ArrayList<>(List.of("-quiet", "-Xdoclint:all,-missing", "-Xmaxwarns", "1000", "-d", out.toString(),
                "--module-path", System.getProperty("java.class.path").lines().flatMap(p -> Stream.of(p.split(File.pathSeparator)))
                        .filter(p -> p.endsWith(".jar") && !p.contains("gatun-") && !p.contains("parquet")) // jars that share packages
                        .collect(Collectors.joining(File.pathSeparator)),
                "--module", "dev.gatun.graph,dev.gatun.runtime,dev.gatun.models"));
        source(args, "dev.gatun.graph", "graph/src/main/java");
        source(args, "dev.gatun.simd", "simd/src/main/java");
        source(args, "dev.gatun.bindings", "native-bindings/src/main/java", "native-bindings/src/generated/java");
        source(args, "dev.gatun.runtime", "runtime/src/main/java");
        source(args, "dev.gatun.models", "models/src/main/java");
        StringWriter messages = new StringWriter();
        int code = ToolProvider.findFirst("javadoc").orElseThrow()
                .run(new PrintWriter(messages), new PrintWriter(messages), args.toArray(String[]::new));
        assertThat(messages.toString().lines())
                .allMatch(l -> l.contains("incubating module") || l.matches("\\d+ warnings?"));
        assertThat(code).isZero();
        assertThat(out.resolve("dev.gatun.models/dev/gatun/models/train/Trainer.html")).exists();
    }

    @Test
    void theBillOfMaterialsNamesEveryLibrary() throws IOException {
        List<String> libraries = new ArrayList<>();
        try (Stream<Path> poms = Files.find(ROOT, 3, (f, a) -> f.endsWith("pom.xml") && !f.startsWith(ROOT.resolve("tools/bom")))) {
            for (Path pom : poms.filter(f -> !f.equals(ROOT.resolve("pom.xml"))).sorted().toList()) {
                String own = Files.readString(pom).replaceAll("(?s)<parent>.*?</parent>", "");
                Matcher m = ARTIFACT.matcher(own);
                if (m.find()) libraries.add(m.group(1));
            }
        }
        assertThat(libraries).contains("gatun-graph", "gatun-tools", "gatun-parquet"); // the search finds modules
        libraries.removeAll(List.of("gatun-tools", "gatun-bench")); // programs
        String bom = Files.readString(ROOT.resolve("tools/bom/pom.xml"));
        assertThat(ARTIFACT.matcher(bom.substring(bom.indexOf("<dependencyManagement>"))).results().map(r -> r.group(1)))
                .containsExactlyInAnyOrderElementsOf(libraries);
    }

    private static void source(List<String> args, String module, String... folders) {
        args.add("--module-source-path");
        args.add(module + "=" + Stream.of(folders).map(f -> ROOT.resolve(f).toString()).collect(Collectors.joining(File.pathSeparator)));
    }

    /** The folder that holds all modules. */
    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("native-bindings")) ? here : here.getParent();
    }
}
