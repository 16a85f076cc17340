package dev.gatun.simd;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Whether HotSpot compiles vector loops, above all generated ones, with C2 only, and waits for it.
 *
 * <p>A bail-out of the quick compiler C1 can strand a vector loop in its slow profiling form for good. Classes whose
 * name starts with {@code Gen}, in the packages below this one that generate code, and a few that hold nothing but
 * vector code, are therefore kept from C1. The directives belong to the JVM, match nothing else, and stay until it ends;
 * installing them again changes nothing.
 *
 * <p>To install them costs a start a quarter to half a second of computing, since all management beans come along. A JVM
 * that was started with the options of {@link #options} has them already, says so by the property {@value #STARTED_WITH},
 * and saves that.
 *
 * <p>What directives cannot say: C2 adds up, in the whole of what it inlines, how often the JDK's methods have been
 * deoptimized in this JVM, and past 100 of a kind and 200 recompilations it believes no profile any more. In a JVM that has
 * compiled many models large vector code may then box its vectors. {@link #options} puts both limits out of reach; each
 * bytecode still has one of its own.
 *
 * @param inForce whether the JVM has the directives
 * @param reason why not, or empty; kernels then run right, but may stay slow
 */
public record CompilerDirectives(boolean inForce, String reason) {
    /** {@code true} when the JVM got this version's directives on its command line. */
    public static final String STARTED_WITH = "gatun.directives";

    private static final String PATTERN = "dev/gatun/simd/gemm/Gen*.*";
    private static final String FILE = "directives.json";
    private static final String[] SIGNATURE = {String[].class.getName()};

    /** Tried once in this JVM, by whoever asks first; others wait. */
    private static final class Installed {
        static final CompilerDirectives RESULT = add();
    }

    /** Adds the directives, unless this JVM has them already; returns when they are in force, or cannot be. */
    public static CompilerDirectives install() {
        return Installed.RESULT;
    }

    /**
     * Writes the directives to a folder.
     *
     * @return options that start a JVM with them, and without the limits above
     */
    public static List<String> options(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        try (InputStream directives = CompilerDirectives.class.getResourceAsStream(FILE)) {
            Files.copy(directives, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return List.of("-XX:PerMethodTrapLimit=100000", "-XX:PerMethodRecompilationCutoff=100000", "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-DisplayVMOutput", "-XX:CompilerDirectivesFile=" + file, "-D" + STARTED_WITH + "=true");
    }

    private static CompilerDirectives add() {
        if (Boolean.getBoolean(STARTED_WITH)) return new CompilerDirectives(true, "");
        try (InputStream directives = CompilerDirectives.class.getResourceAsStream(FILE)) {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
            if (present(server, commands)) {
                return new CompilerDirectives(true, "");
            }
            Path file = Files.createTempFile("gatun-directives", ".json");
            try {
                Files.write(file, directives.readAllBytes());
                Object[] arguments = {new String[] {file.toString()}};
                Object answer = server.invoke(commands, "compilerDirectivesAdd", arguments, SIGNATURE);
                boolean added = present(server, commands);
                return new CompilerDirectives(added, added ? "" : String.valueOf(answer));
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (JMException | IOException | SecurityException e) {
            return new CompilerDirectives(false, e.toString());
        }
    }

    private static boolean present(MBeanServer server, ObjectName commands) throws JMException {
        Object listing = server.invoke(commands, "compilerDirectivesPrint", new Object[0], new String[0]);
        return String.valueOf(listing).contains(PATTERN);
    }
}
