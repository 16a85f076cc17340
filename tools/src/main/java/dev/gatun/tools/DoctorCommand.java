package dev.gatun.tools;

import com.sun.management.OperatingSystemMXBean;
import dev.gatun.models.data.DataException;
import dev.gatun.models.data.JdkSources;
import dev.gatun.models.data.Text;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.BackendException;
import dev.gatun.runtime.Compiler;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gatun doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {"Says what works on this machine: the JDK, the processor, and each backend, ready or missing and why.", ""})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("jdk      %s (%s) in %s%n", System.getProperty("java.runtime.version"), System.getProperty("java.vendor"),
                System.getProperty("java.home"));
        out.printf("system   %s %s, %d cores, %s%n", System.getProperty("os.name"), System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(), memory());
        for (Backend b : Backend.values()) {
            if (b != Backend.AUTO) out.printf("%-8s %s%n", b.option(), state(b));
        }
        out.printf("auto     %s%n", state(Backend.AUTO));
        out.printf("data     %s%n", data());
        out.flush();
        return 0;
    }

    private static String memory() {
        long bytes = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        return String.format(Locale.ROOT, "%.1f GiB memory", bytes / (double) (1 << 30));
    }

    private static String state(Backend backend) {
        try (Compiler c = new Compiler(backend, 0)) {
            return "ready: " + c.banner();
        } catch (BackendException | LinkageError e) {
            return "missing: " + e.getMessage();
        }
    }

    private static String data() {
        try (Text text = JdkSources.open()) {
            return String.format(Locale.ROOT, "ready: %s, %,d characters", text.name(), text.characters());
        } catch (DataException e) {
            return "missing: " + e.getMessage() + "; use --data";
        }
    }
}
