package dev.gatun.graph;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.LayerNorm;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Programs that several tests compile. */
public final class TestPrograms {
    private TestPrograms() {}

    /** Training of a small transformer by plain gradient descent. */
    public static Graph transformer(int layers, int batch, int time, int width, int vocabulary) {
        return Tracer.trace("train", t -> {
            List<Tensor> parameters = new ArrayList<>();
            List<String> names = new ArrayList<>();
            Tensor tokens = t.data("tokens", TensorType.of(DType.I32, batch, time));
            Tensor targets = t.data("targets", TensorType.of(DType.I32, batch, time));
            Tensor table = parameter(t, "table", parameters, names, vocabulary, width);
            Tensor x = table.gather(tokens);
            for (int l = 0; l < layers; l++) {
                String name = "layers." + l + ".";
                Tensor h = norm(t, name + "first", x, parameters, names);
                Tensor qkv = h.matmul(parameter(t, name + "qkv", parameters, names, width, 3 * width));
                List<Tensor> parts = qkv.split(2, 3);
                Tensor y = Attention.of(heads(parts.get(0)), heads(parts.get(1)), heads(parts.get(2)), true);
                x = x.add(y.reshape(batch, time, width));
                h = norm(t, name + "second", x, parameters, names);
                Tensor up = h.matmul(parameter(t, name + "up", parameters, names, width, 4 * width));
                Tensor biased = up.add(parameter(t, name + "bias", parameters, names, 4 * width));
                x = x.add(Gelu.of(biased).matmul(parameter(t, name + "down", parameters, names, 4 * width, width)));
            }
            Tensor loss = CrossEntropy.mean(x.matmulTransposed(table), targets);
            t.output("loss", loss);
            List<Tensor> gradients = Grad.of(loss, parameters);
            for (int i = 0; i < names.size(); i++) {
                t.update(names.get(i), parameters.get(i).sub(gradients.get(i).mul(0.1)));
            }
        });
    }

    private static Tensor heads(Tensor x) {
        return x.reshape(x.shape().dim(0), x.shape().dim(1), 2, x.shape().dim(2) / 2);
    }

    private static Tensor norm(Tracer t, String name, Tensor x, List<Tensor> parameters, List<String> names) {
        int width = x.shape().last();
        Tensor weight = parameter(t, name + ".weight", parameters, names, width);
        return LayerNorm.of(x, weight, parameter(t, name + ".bias", parameters, names, width), 1e-5);
    }

    private static Tensor parameter(Tracer t, String name, List<Tensor> parameters, List<String> names, int... dims) {
        Tensor p = t.state(name, TensorType.of(DType.F32, dims));
        parameters.add(p);
        names.add(name);
        return p;
    }
}
