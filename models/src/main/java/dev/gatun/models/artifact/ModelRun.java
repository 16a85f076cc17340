package dev.gatun.models.artifact;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.types.DType;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

/**
 * One run of a function of a compiled model on files.
 *
 * @param jar the compiled model
 * @param function null for the main one
 * @param files of inputs and results, by name
 */
record ModelRun(Path jar, String function, Map<String, Path> files) {
    private static final int TIMED = 200;
    private static final long LONGEST = 3_000_000_000L;

    /**
     * Reads {@code [FUNCTION] NAME=FILE...}.
     *
     * @throws IllegalArgumentException for something else
     */
    static ModelRun parse(Path jar, List<String> args) {
        String function = null;
        Map<String, Path> files = new LinkedHashMap<>();
        for (String a : args) {
            int equals = a.indexOf('=');
            if (equals < 0 && function == null && files.isEmpty()) function = a;
            else if (equals <= 0 || equals == a.length() - 1) throw new IllegalArgumentException("'" + a + "' is not NAME=FILE");
            else if (files.put(a.substring(0, equals), Path.of(a.substring(equals + 1))) != null) {
                throw new IllegalArgumentException(a.substring(0, equals) + " is given twice");
            }
        }
        return new ModelRun(jar, function, files);
    }

    /** Runs once: files go in; results go to files, or are printed. */
    void run(PrintStream out) throws IOException {
        try (CompiledModel model = CompiledModel.load(jar, 0)) {
            Executable e = model.executable();
            ExecutionPlan plan = plan(model);
            List<Buffer> inputs = inputs(plan);
            TreeSet<String> unknown = new TreeSet<>(files.keySet());
            for (Buffer b : inputs) unknown.remove(b.name());
            unknown.removeAll(plan.results().keySet());
            if (!unknown.isEmpty()) {
                throw new IllegalArgumentException(plan.name() + " has no " + String.join(", ", unknown) + ": its inputs are "
                        + inputs.stream().map(Buffer::name).toList() + ", its results " + plan.results().keySet());
            }
            for (Buffer b : inputs) {
                Path file = files.get(b.name());
                if (file == null) throw new IllegalArgumentException("input " + b.name() + " is missing: give " + b.name() + "=FILE, with " + b.elements() + " numbers of " + b.dtype());
                if (b.dtype() == DType.F32) e.write(plan.name(), b.name(), new NumberFile(file).floats(b.elements()));
                else e.write(plan.name(), b.name(), new NumberFile(file).ints(b.elements()));
            }
            e.run(plan.name());
            for (Map.Entry<String, Integer> r : plan.results().entrySet()) {
                result(e, plan.name(), r.getKey(), plan.buffers().get(r.getValue()), out);
            }
        }
    }

    /** Loads, answers, and answers again for a while, on random numbers. */
    void time(PrintStream out) throws IOException {
        if (!files.isEmpty()) throw new IllegalArgumentException("time takes no files");
        long start = System.nanoTime();
        try (CompiledModel model = CompiledModel.load(jar, 0)) {
            Executable e = model.executable();
            ExecutionPlan plan = plan(model);
            long loaded = System.nanoTime();
            Random random = new Random(1);
            for (Buffer b : inputs(plan)) fill(e, plan.name(), b, random);
            List<Long> took = new ArrayList<>();
            long from = System.nanoTime();
            for (long now = from; took.size() < TIMED && now - from < LONGEST; ) {
                e.run(plan.name());
                long end = System.nanoTime();
                took.add(end - now);
                now = end;
            }
            long first = took.removeFirst();
            took.sort(null);
            out.printf(Locale.ROOT, "loaded in %.0f ms, first run of %s %.2f ms", (loaded - start) / 1e6, plan.name(), first / 1e6);
            if (!took.isEmpty()) out.printf(Locale.ROOT, ", median of %d more %.3f ms", took.size(), took.get(took.size() / 2) / 1e6);
            out.println();
        }
    }

    private static void fill(Executable e, String function, Buffer b, Random random) {
        int n = Math.toIntExact(b.elements());
        if (b.dtype() == DType.F32) {
            float[] values = new float[n];
            for (int i = 0; i < n; i++) values[i] = (float) random.nextGaussian();
            e.write(function, b.name(), values);
        } else {
            e.write(function, b.name(), random.ints(n, 0, e.bound(function, b.name()).orElse(1)).toArray());
        }
    }

    private ExecutionPlan plan(CompiledModel model) {
        return model.executable().plan(function == null ? model.functions().getFirst() : function);
    }

    private static List<Buffer> inputs(ExecutionPlan plan) {
        return plan.buffers().stream().filter(b -> b.kind() == Buffer.Kind.DATA).toList();
    }

    private void result(Executable e, String function, String name, Buffer b, PrintStream out) throws IOException {
        Path file = files.get(name);
        if (b.dtype() == DType.F32) {
            float[] values = new float[Math.toIntExact(b.elements())];
            e.read(function, name, values);
            if (file == null) out.println(name + " " + NumberFile.text(values));
            else new NumberFile(file).write(values);
        } else {
            int[] values = new int[Math.toIntExact(b.elements())];
            e.read(function, name, values);
            if (file == null) out.println(name + " " + NumberFile.text(values));
            else new NumberFile(file).write(values);
        }
    }
}
