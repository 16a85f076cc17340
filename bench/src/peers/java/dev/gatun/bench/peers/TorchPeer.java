package dev.gatun.bench.peers;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Times training steps of one network in PyTorch and prints them as {@code gatun bench step} does. */
public final class TorchPeer {
    private static final int WARM = 4;
    private static final int LEAST = 9;
    private static final int MOST = 200;
    private static final double SECONDS = 8;

    private TorchPeer() {}

    /**
     * Runs one workload.
     *
     * @param args name of the workload and number of threads
     */
    public static void main(String[] args) {
        int threads = Integer.parseInt(args[1]);
        torch.set_num_threads(threads);
        torch.manual_seed(1);
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        measure(out, args[0], threads, net(args[0]));
    }

    private static TorchNet net(String workload) {
        return switch (workload) {
            case "gpt-nano" -> new TorchGpt(6, 6, 384, 256, 8, 512);
            case "gpt-124m" -> new TorchGpt(12, 12, 768, 256, 4, 50_257);
            case "resnet18-cifar-b64" -> TorchImages.resnet();
            case "lenet5-b64" -> TorchImages.lenet();
            case "lstm-2x256-seq64-b32" -> new TorchLstm();
            default -> throw new IllegalArgumentException("no workload '" + workload + "'");
        };
    }

    private static void measure(PrintWriter out, String workload, int threads, TorchNet net) {
        TorchOptimizer optimizer = net.optimizer();
        double first = step(net, optimizer);
        for (int i = 1; i < WARM; i++) step(net, optimizer);
        List<Double> ms = new ArrayList<>();
        double loss = first;
        long start = System.nanoTime();
        while (ms.size() < LEAST || ms.size() < MOST && (System.nanoTime() - start) / 1e9 < SECONDS) {
            long from = System.nanoTime();
            loss = step(net, optimizer);
            ms.add((System.nanoTime() - from) / 1e6);
        }
        if (!(loss < first)) throw new IllegalStateException(workload + ": the loss does not fall, " + first + " to " + loss);
        Collections.sort(ms);
        double median = (ms.get((ms.size() - 1) / 2) + ms.get(ms.size() / 2)) / 2;
        out.printf(Locale.ROOT, "RESULT\tpytorch\t%s\t%d\t%.4f\t%.4f\t%d\t%.2f\t%s\tNaN\tloss %.4f -> %.4f%n", workload, threads, median,
                ms.getFirst(), ms.size(), net.work() / median * 1e3, net.unit(), first, loss);
    }

    /** Forward, backward, update; frees what the step made. Returns the loss. */
    @SuppressWarnings("try") // the scope is there to be closed
    private static double step(TorchNet net, TorchOptimizer optimizer) {
        try (PointerScope made = new PointerScope()) {
            Tensor loss = net.loss();
            loss.backward();
            optimizer.step();
            return loss.item_float();
        }
    }
}
