package dev.gatun.runtime.cpu;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Place;
import dev.gatun.simd.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import jdk.jfr.FlightRecorder;

/**
 * Chooses between the generated kernels and oneDNN for each shape of a matrix product, by running both once on memory
 * of their own and on one thread.
 */
final class ProductChoice {
    /** Bytes of operands above which a measurement would cost more than it is worth; oneDNN is taken. */
    private static final long MEASURED = 1L << 28;

    private final ProductTimes times;

    ProductChoice(ProductTimes times) {
        this.times = times;
    }

    /** Whether oneDNN is the faster for a call; measures it unless its shape is known. */
    boolean isOneDnnFaster(Call c, BiFunction<ExecutionPlan, Call, List<Kernel>> simd, BiFunction<ExecutionPlan, Call, List<Kernel>> oneDnn,
            long workspaceBytes) {
        String shape = shape(c);
        ProductTimes.Times t = times.get(shape);
        if (t == null) {
            Trial trial = Trial.of(c, workspaceBytes);
            if (trial.plan().arenaBytes() > MEASURED) return true;
            List<Kernel> theirs = oneDnn.apply(trial.plan(), trial.call());
            t = trial.compare(simd.apply(trial.plan(), trial.call()), theirs);
            CpuBackend.close(theirs);
            times.put(shape, t);
            if (FlightRecorder.isInitialized()) ChoiceEvent.commit(shape, c.source(), t);
        }
        return t.oneDnn() <= t.simd();
    }

    /** What was measured for a shape, in words. */
    String describe(Call c) {
        ProductTimes.Times t = times.get(shape(c));
        return t == null ? "not measured" : String.format(java.util.Locale.ROOT, "simd %.0f us, onednn %.0f us on one thread", t.simd(), t.oneDnn());
    }

    Map<String, ProductTimes.Times> all() {
        return times.all();
    }

    /** Op, types and strides: all that decides a product's time. */
    static String shape(Call c) {
        StringBuilder key = new StringBuilder(c.op().toString());
        List<Place> places = new ArrayList<>(c.operands());
        places.addAll(c.results());
        for (Place p : places) key.append(' ').append(p.dtype()).append(p.shape()).append(p.strides());
        return key.toString();
    }
}
