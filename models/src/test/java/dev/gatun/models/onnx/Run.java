package dev.gatun.models.onnx;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs graphs for the tests. */
final class Run {
    private Run() {}

    /** Runs an imported graph once; returns its results in order. */
    static Map<String, Sample> once(Compiler compiler, ModelGraph model, Map<String, Sample> inputs) {
        Graph g = model.graph();
        try (Executable e = compiler.compile(g)) {
            model.load(e::state);
            return once(e, g, inputs);
        }
    }

    static Map<String, Sample> once(Executable e, Graph g, Map<String, Sample> inputs) {
        for (Input in : g.inputs(Input.Role.DATA)) {
            double[] x = inputs.get(in.name()).values();
            if (in.value().type().dtype() == DType.F32) {
                float[] f = new float[x.length];
                for (int i = 0; i < x.length; i++) f[i] = (float) x[i];
                e.write(g.name(), in.name(), f);
            } else {
                e.write(g.name(), in.name(), Arrays.stream(x).mapToInt(d -> (int) d).toArray());
            }
        }
        e.run(g.name());
        Map<String, Sample> results = new LinkedHashMap<>();
        g.outputs().forEach(o -> results.put(o.name(), read(e, g.name(), o.name(), o.value().type())));
        return results;
    }

    private static Sample read(Executable e, String function, String name, TensorType type) {
        int n = (int) type.elements();
        double[] x = new double[n];
        if (type.dtype() == DType.F32) {
            float[] f = new float[n];
            e.read(function, name, f);
            for (int i = 0; i < n; i++) x[i] = f[i];
        } else {
            int[] f = new int[n];
            e.read(function, name, f);
            for (int i = 0; i < n; i++) x[i] = f[i];
        }
        return new Sample(type.dtype() == DType.F32 ? ElementType.FLOAT : ElementType.INT32, new ArrayList<>(type.shape().dims()), x);
    }

    /** The largest difference of two results, relative to their size where that is above 1. */
    static double difference(Sample a, Sample b) {
        if (!a.dims().equals(b.dims())) return Double.POSITIVE_INFINITY;
        double worst = 0;
        for (int i = 0; i < a.values().length; i++) {
            double x = a.values()[i];
            double y = b.values()[i];
            if (Double.compare(x, y) == 0) continue;
            double d = Math.abs(x - y) / Math.max(1, Math.abs(y));
            worst = Math.max(worst, Double.isNaN(d) ? Double.POSITIVE_INFINITY : d);
        }
        return worst;
    }

}
