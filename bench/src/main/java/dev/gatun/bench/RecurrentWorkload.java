package dev.gatun.bench;

import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.Linear;
import dev.gatun.models.layers.Recurrent;
import java.util.List;

/**
 * A training step of LSTM layers with a dense layer on the last step, which tells random sequences apart.
 *
 * @param name in the result lines
 * @param model the layers
 * @param batch sequences per step
 * @param time steps of a sequence
 * @param in length of input vectors
 */
record RecurrentWorkload(String name, Model model, int batch, int time, int in) {
    /** Classes of sequences. */
    static final int CLASSES = 10;

    /** LSTM layers and the layer that classifies. */
    public record Model(Recurrent layers, Linear head) {
        /** Mean loss of sequences {@code [batch, time, in]} with i32 labels {@code [batch]}. */
        Tensor loss(Tensor x, Tensor labels) {
            List<Tensor> zeros = layers.zeros(x.shape().dim(0));
            List<Tensor> state = layers.run(x.transpose(1, 0, 2), zeros).state();
            return CrossEntropy.mean(head.apply(state.get(state.size() - 2)), labels); // the last layer's hidden vector
        }
    }

    /** A workload by its name; {@code null} when there is no such one. */
    static RecurrentWorkload of(String name) {
        if (!name.equals("lstm-2x256-seq64-b32")) return null;
        int in = 128;
        int width = 256;
        Initializer uniform = new Initializer.Uniform(1 / Math.sqrt(width));
        return new RecurrentWorkload(name, new Model(Recurrent.lstm(in, width, 2, false, 0, 0), Linear.of(width, CLASSES, uniform)), 32, 64, in);
    }

    /** Products of the layers, counted as the peers do. */
    double forwardFlops() {
        int width = model.layers.width();
        double places = 0;
        int size = in;
        for (int i = 0; i < model.layers.layers().size(); i++) {
            places += 4.0 * width * (size + width);
            size = width;
        }
        return 2.0 * time * batch * places;
    }

    int tokens() {
        return batch * time;
    }
}
