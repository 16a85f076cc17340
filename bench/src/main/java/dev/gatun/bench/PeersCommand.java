package dev.gatun.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun bench peers}. */
@Command(
        name = "peers",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Times training steps of Gatun and of PyTorch on this machine.",
            "",
            "Fresh processes take turns. Printed are the medians and how many times as fast Gatun is as the faster PyTorch.",
            "",
            "PyTorch comes from Maven's repository by the profile peers:",
            "  mvn -P peers -pl bench -am -DskipTests verify               builds and measures",
            "  mvn ... -Dpeers.workloads=lenet,gpt-nano -Dpeers.rounds=5   only these, five times",
            "After that, and until the next build without the profile, this command measures again.",
            ""
        },
        footer = {"", "Example:", "  gatun bench peers gpt-nano lenet5-b64 --rounds 5 --json today.json"})
final class PeersCommand implements Callable<Integer> {
    private static final List<String> WORKLOADS = List.of("gpt-nano", "resnet18-cifar-b64", "lenet5-b64", "lstm-2x256-seq64-b32");

    @Parameters(paramLabel = "WORKLOAD", arity = "0..*", split = ",", converter = Workload.Name.class, description = "As for gatun bench step; "
            + "default: gpt-nano, resnet18-cifar-b64, lenet5-b64 and lstm-2x256-seq64-b32. PyTorch also knows gpt-124m.")
    private List<String> workloads = WORKLOADS;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "2", description = "Threads of either side. Default: 2.")
    private int threads;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3", description = "Processes of each side. Default: 3.")
    private int rounds;

    @Option(names = "--libtorch", paramLabel = "DIR", description = "Folder of official libtorch libraries of the bindings' version: measured too.")
    private Path libtorch;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the times, for gatun bench compare.")
    private Path json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (threads < 1 || rounds < 1) throw new IllegalArgumentException("--threads and --rounds must be at least 1");
        if (libtorch != null && !Files.isDirectory(libtorch)) throw new IllegalArgumentException("--libtorch " + libtorch + ": no such folder");
        PrintWriter out = spec.commandLine().getOut();
        List<PeerProcess> peers = PeerProcess.all(threads, libtorch);
        Map<String, Map<String, List<Double>>> all = new LinkedHashMap<>();
        for (int i = 0; i < rounds; i++) {
            for (String workload : workloads) {
                for (PeerProcess peer : peers) {
                    double ms = peer.median(workload);
                    out.printf(Locale.ROOT, "# round %d  %-22s %-18s %12.3f ms%n", i + 1, workload, peer.name(), ms);
                    out.flush();
                    all.computeIfAbsent(workload, w -> new LinkedHashMap<>()).computeIfAbsent(peer.name(), p -> new ArrayList<>()).add(ms);
                }
            }
        }
        all.forEach((workload, times) -> print(out, workload, times));
        if (json != null) write(all);
        return 0;
    }

    private void print(PrintWriter out, String workload, Map<String, List<Double>> times) {
        Map<String, Double> medians = new LinkedHashMap<>();
        times.forEach((peer, ms) -> medians.put(peer, Results.median(ms.stream().mapToDouble(Double::doubleValue).toArray())));
        double own = medians.remove(PeerProcess.GATUN);
        Map.Entry<String, Double> best = medians.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow();
        out.printf(Locale.ROOT, "%-22s %d threads  gatun %10.3f ms  %s %10.3f ms  gatun is %.2f x%n", workload, threads, own, best.getKey(),
                best.getValue(), best.getValue() / own);
        out.flush();
    }

    /** The fields of JMH's form that {@link Samples} reads. */
    private void write(Map<String, Map<String, List<Double>>> all) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ArrayNode entries = mapper.createArrayNode();
        all.forEach((workload, times) -> times.forEach((peer, ms) -> {
            ObjectNode entry = entries.addObject().put("benchmark", workload).put("mode", "ss").put("threads", threads);
            entry.putObject("params").put("peer", peer).put("threads", Integer.toString(threads));
            ArrayNode raw = entry.putObject("primaryMetric").put("scoreUnit", "ms/op").putArray("rawData").addArray();
            ms.forEach(raw::add);
        }));
        Files.writeString(json, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(entries) + "\n");
    }
}
