package dev.gatun.graph.ir;

import dev.gatun.graph.ops.Op;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The textual form of a graph, one line a node:
 *
 * <pre>
 * graph mnist
 * data %0 images f32[64,784]
 * state %1 w f32[784,10]
 * %2 = MatMul[transposeA=false, transposeB=false](%0, %1) : f32[64,10] @ Mnist.java:46
 * output %2 logits
 * update %3 w
 * </pre>
 */
public final class GraphText {
    private static final Pattern INPUT = Pattern.compile("(data|state) %(\\d+) (\\S+) (\\S+)");
    private static final Pattern OUTPUT = Pattern.compile("(output|update) %(\\d+) (\\S+)");
    private static final Pattern NODE =
            Pattern.compile("(%\\d+(?:, %\\d+)*) = (\\w+(?:\\[.*\\])?)\\(([%\\d, ]*)\\) : (.+?) @ (.*)");

    private final Map<Integer, Value> values = new HashMap<>();
    private final List<Input> inputs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Output> outputs = new ArrayList<>();

    private GraphText() {}

    static String print(Graph graph) {
        StringBuilder out = new StringBuilder("graph ").append(graph.name()).append('\n');
        for (Input in : graph.inputs()) {
            out.append(in.role() == Input.Role.DATA ? "data " : "state ").append(in.value()).append(' ')
                    .append(in.name()).append(' ').append(in.value().type()).append('\n');
        }
        for (Node n : graph.nodes()) out.append(print(n)).append('\n');
        for (Output o : graph.outputs()) {
            out.append(o.update() ? "update " : "output ").append(o.value()).append(' ').append(o.name()).append('\n');
        }
        return out.toString();
    }

    /** A graph on one line, as a loop's body is printed: lines separated by semicolons. */
    static String inline(Graph graph) {
        return print(graph).strip().replace("\n", "; ");
    }

    /** Reads {@link #inline} back. */
    static Graph parseInline(String text) {
        StringBuilder lines = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '{') depth++;
            if (c == '}') depth--;
            boolean ends = c == ';' && depth == 0;
            lines.append(ends ? '\n' : c);
        }
        return parse(lines.toString());
    }

    /** One node as a line of text. */
    public static String print(Node n) {
        return list(n.results()) + " = " + OpText.print(n.op()) + "(" + list(n.operands()) + ") : "
                + n.results().stream().map(v -> v.type().toString()).collect(Collectors.joining(" ")) + " @ " + n.source();
    }

    private static String list(List<Value> values) {
        return values.stream().map(Value::toString).collect(Collectors.joining(", "));
    }

    /**
     * Reads a graph back and verifies it.
     *
     * @throws GraphException naming the line that is no graph, or the rule that the graph breaks
     */
    public static Graph parse(String text) {
        List<String> lines = text.lines().map(String::strip).toList();
        if (lines.isEmpty() || !lines.getFirst().startsWith("graph ")) {
            throw new GraphException("line 1: expected 'graph NAME'");
        }
        GraphText reader = new GraphText();
        for (int i = 1; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isEmpty() || line.startsWith("#")) continue;
            try {
                reader.line(line);
            } catch (IllegalArgumentException e) {
                throw new GraphException("line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        String name = lines.getFirst().substring("graph ".length()).strip();
        Graph graph = new Graph(name, reader.inputs, reader.nodes, reader.outputs);
        Verifier.verify(graph, "parsing");
        return graph;
    }

    private void line(String line) {
        Matcher m;
        if ((m = INPUT.matcher(line)).matches()) {
            Value v = define(m.group(2), OpText.type(m.group(4)));
            inputs.add(new Input(m.group(3), v, m.group(1).equals("data") ? Input.Role.DATA : Input.Role.STATE));
        } else if ((m = OUTPUT.matcher(line)).matches()) {
            outputs.add(new Output(m.group(3), use("%" + m.group(2)), m.group(1).equals("update")));
        } else if ((m = NODE.matcher(line)).matches()) {
            node(m);
        } else {
            throw new GraphException("expected an input, a node or an output, got: " + line);
        }
    }

    private void node(Matcher m) {
        Op op = OpText.parse(m.group(2));
        List<Value> operands = new ArrayList<>();
        for (String s : m.group(3).split(",")) {
            if (!s.isBlank()) operands.add(use(s.strip()));
        }
        String[] ids = m.group(1).split(", ");
        String[] types = m.group(4).split(" ");
        if (ids.length != types.length) throw new GraphException(ids.length + " results with " + types.length + " types");
        List<Value> results = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) results.add(define(ids[i].substring(1), OpText.type(types[i])));
        nodes.add(new Node(op, operands, results, m.group(5)));
    }

    private Value define(String id, TensorType type) {
        Value v = new Value(Integer.parseInt(id), type);
        values.put(v.id(), v);
        return v;
    }

    private Value use(String text) {
        Value v = values.get(Integer.parseInt(text.substring(1)));
        if (v == null) throw new GraphException(text + " is not defined");
        return v;
    }
}
