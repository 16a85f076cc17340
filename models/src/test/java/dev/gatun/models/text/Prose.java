package dev.gatun.models.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Plain text for tests: Shakespeare where the data folder is beside the repository, else the JDK's sources, else words. */
final class Prose {
    private static final Path SHAKESPEARE = Path.of("..", "..", "shared", "data", "text", "tinyshakespeare.txt");

    private Prose() {}

    static String read(int characters) throws IOException {
        StringBuilder s = new StringBuilder();
        Path sources = Path.of(System.getProperty("java.home"), "lib", "src.zip");
        if (Files.isRegularFile(SHAKESPEARE)) s.append(Files.readString(SHAKESPEARE));
        else if (Files.isRegularFile(sources)) sources(sources, characters, s);
        SplittableRandom random = new SplittableRandom(1);
        while (s.length() < characters) words(random, s);
        return s.substring(0, characters);
    }

    private static void sources(Path file, int characters, StringBuilder s) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Iterator<? extends ZipEntry> all = zip.stream().filter(e -> e.getName().startsWith("java.base/java/util/")).iterator();
            while (all.hasNext() && s.length() < characters) {
                s.append(new String(zip.getInputStream(all.next()).readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    private static void words(SplittableRandom random, StringBuilder s) {
        for (int w = random.nextInt(3, 12); w > 0; w--) {
            for (int syllables = random.nextInt(1, 4); syllables > 0; syllables--) {
                s.append("bdfklmnprst".charAt(random.nextInt(11))).append("aeiou".charAt(random.nextInt(5)));
            }
            s.append(' ');
        }
        s.append(".\n");
    }
}
