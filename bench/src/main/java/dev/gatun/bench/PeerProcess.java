package dev.gatun.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A way to run a training step in a process of its own.
 *
 * @param name of the peer
 * @param arguments of the JVM before the workload, apart from this one's class path
 * @param environment variables to set; an empty value removes one
 * @param threads of the step
 */
record PeerProcess(String name, List<String> arguments, Map<String, String> environment, int threads) {
    static final String GATUN = "gatun";

    private static final String TORCH = "dev.gatun.bench.peers.TorchPeer";
    private static final int TAIL = 5;

    PeerProcess {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }

    /**
     * Gatun, PyTorch as its bindings bring it along, and official libraries where there are some.
     *
     * @param libtorch a folder of libraries, or null
     * @throws IllegalArgumentException when this was built without PyTorch
     */
    static List<PeerProcess> all(int threads, Path libtorch) {
        if (PeerProcess.class.getResource("/" + TORCH.replace('.', '/') + ".class") == null) {
            throw new IllegalArgumentException("built without PyTorch: run 'mvn -P peers -pl bench -am -DskipTests verify' first");
        }
        List<String> own = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        own.addAll(List.of(GatunBench.class.getName(), "step"));
        List<String> torch = List.of("--enable-native-access=ALL-UNNAMED", "-Xmx1g", "-Dorg.bytedeco.javacpp.maxBytes=0",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0", "-Dorg.bytedeco.javacpp.nopointergc=true");
        String n = Integer.toString(threads);
        // settings that pin OpenBLAS to other kernels are dropped; its workers and spinning OpenMP threads would fight
        Map<String, String> bundled = Map.of("OMP_NUM_THREADS", n, "OPENBLAS_NUM_THREADS", n, "OMP_WAIT_POLICY", "PASSIVE",
                "OPENBLAS_CORETYPE", "", "OPENBLAS_L2_SIZE", "");
        List<PeerProcess> all = new ArrayList<>();
        all.add(new PeerProcess(GATUN, own, Map.of(), threads));
        all.add(new PeerProcess("pytorch", with(torch, TORCH), bundled, threads));
        if (libtorch != null) {
            String folder = libtorch.toAbsolutePath().toString();
            all.add(new PeerProcess("pytorch-official",
                    with(torch, "-Dorg.bytedeco.javacpp.pathsFirst=true", "-Djava.library.path=" + folder, TORCH),
                    Map.of("OMP_NUM_THREADS", n, "MKL_NUM_THREADS", n, "LD_LIBRARY_PATH", folder), threads));
        }
        return List.copyOf(all);
    }

    private static List<String> with(List<String> list, String... more) {
        List<String> all = new ArrayList<>(list);
        all.addAll(List.of(more));
        return all;
    }

    /**
     * Runs a workload.
     *
     * @return median time of its steps, ms
     * @throws IllegalStateException when the process fails, with the end of what it said
     */
    double median(String workload) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java"),
                "-cp", System.getProperty("java.class.path")));
        command.addAll(arguments);
        command.add(workload);
        if (name.equals(GATUN)) command.add("--threads");
        command.add(Integer.toString(threads));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        environment.forEach((k, v) -> {
            if (v.isEmpty()) builder.environment().remove(k);
            else builder.environment().put(k, v);
        });
        Process process = builder.start();
        List<String> lines;
        try (BufferedReader reader = process.inputReader()) {
            lines = reader.lines().toList();
        }
        int code = process.waitFor();
        for (String line : lines) {
            String[] f = line.split("\t");
            if (code == 0 && f.length > 4 && f[0].equals("RESULT") && f[2].equals(workload)) return Double.parseDouble(f[4]);
        }
        throw new IllegalStateException(name + " failed on " + workload + ": " + String.join(" | ", lines.subList(Math.max(0, lines.size() - TAIL), lines.size())));
    }
}
