package dev.gatun.graph.ir;

import dev.gatun.graph.ops.Body;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.types.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * A program over tensors: inputs, nodes in an order in which each uses only what came before, outputs. Nothing
 * mutates; a pass makes a new graph.
 *
 * @param name what the graph does
 * @param inputs data and state
 * @param nodes operations
 * @param outputs results and new contents of state
 */
public record Graph(String name, List<Input> inputs, List<Node> nodes, List<Output> outputs) implements Body {
    public Graph {
        inputs = List.copyOf(inputs);
        nodes = List.copyOf(nodes);
        outputs = List.copyOf(outputs);
    }

    /** The input of a name. */
    public Optional<Input> input(String name) {
        return inputs.stream().filter(i -> i.name().equals(name)).findFirst();
    }

    /** Inputs of a role, in order. */
    public List<Input> inputs(Input.Role role) {
        return inputs.stream().filter(i -> i.role() == role).toList();
    }

    @Override
    public List<TensorType> parameters() {
        return inputs.stream().map(i -> i.value().type()).toList();
    }

    @Override
    public List<TensorType> results() {
        return outputs.stream().map(o -> o.value().type()).toList();
    }

    @Override
    public List<Op> ops() {
        return nodes.stream().map(Node::op).toList();
    }

    @Override
    public String text() {
        return GraphText.inline(this);
    }

    /** The textual form, which {@link GraphText#parse} reads back. */
    @Override
    public String toString() {
        return GraphText.print(this);
    }
}
