package dev.gatun.simd;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * @param inForce whether the JVM has the directives
 * @param reason why not, or empty; kernels then run right, but may stay slow
 */
public record CompilerDirectives(boolean inForce, String reason) {
    private static final String PATTERN = "dev/gatun/simd/gemm/Gen*.*";
    private static final String DIRECTIVES = """
            [{match: ["%s", "dev/gatun/simd/gemm/FewRows.*", "dev/gatun/simd/gemm/Square.*", "dev/gatun/simd/gemm/Streamed*.*",
                      "dev/gatun/simd/attention/Gen*.*", "dev/gatun/simd/attention/Rows.*", "dev/gatun/simd/attention/Cached.*",
                      "dev/gatun/simd/kernels/PeakFma.*",
                      "dev/gatun/simd/kernels/Stream.*", "dev/gatun/simd/loop/Gen*.*",
                      "dev/gatun/simd/conv/Pool.four*", "dev/gatun/simd/conv/FewChannels.fold",
                      "dev/gatun/simd/conv/FewChannels.rows", "dev/gatun/simd/conv/FewChannels.storeRows",
                      "dev/gatun/simd/conv/WinogradMath.*"],
              c1: {Exclude: true},
              c2: {BackgroundCompilation: false}}]
            """.formatted(PATTERN);
    private static final String[] SIGNATURE = {String[].class.getName()};

    /** Tried once in this JVM, by whoever asks first; others wait. */
    private static final class Installed {
        static final CompilerDirectives RESULT = add();
    }

    /** Adds the directives, unless this JVM has them already; returns when they are in force, or cannot be. */
    public static CompilerDirectives install() {
        return Installed.RESULT;
    }

    private static CompilerDirectives add() {
        try {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
            if (present(server, commands)) {
                return new CompilerDirectives(true, "");
            }
            Path file = Files.createTempFile("gatun-directives", ".json");
            try {
                Files.writeString(file, DIRECTIVES);
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
