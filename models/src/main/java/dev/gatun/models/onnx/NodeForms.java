package dev.gatun.models.onnx;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Broadcast;
import dev.gatun.graph.ops.Concat;
import dev.gatun.graph.ops.Constant;
import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Conv2dInputGrad;
import dev.gatun.graph.ops.Convolution;
import dev.gatun.graph.ops.Gather;
import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.Iota;
import dev.gatun.graph.ops.LayerNorm;
import dev.gatun.graph.ops.LogSoftmax;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Pad;
import dev.gatun.graph.ops.Pointwise;
import dev.gatun.graph.ops.Pool2d;
import dev.gatun.graph.ops.Pooling;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Relu;
import dev.gatun.graph.ops.Reshape;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Slice;
import dev.gatun.graph.ops.Softmax;
import dev.gatun.graph.ops.Split;
import dev.gatun.graph.ops.Transpose;
import dev.gatun.graph.ops.View;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** For each op of a graph the nodes that say the same in ONNX. */
final class NodeForms {
    private static final List<Integer> TO_FIRST = List.of(0, 3, 1, 2);
    private static final List<Integer> TO_LAST = List.of(0, 2, 3, 1);

    private final GraphWriter w;
    private final Node n;

    private NodeForms(GraphWriter w, Node n) {
        this.w = w;
        this.n = n;
    }

    /** Writes a node; later ones find its results. */
    static void write(GraphWriter w, Node n) {
        new NodeForms(w, n).write();
    }

    private void write() {
        if (n.op() instanceof View && n.results().size() == 1 && in(0).scalar() != null) {
            define(Wire.small(w, n.result().type(), in(0).scalar(), Shape.SCALAR)); // a view of one number is that number
            return;
        }
        BatchNormForm norm = BatchNormForm.of(n, w::maker);
        if (norm != null && (n.result().type().rank() == 2 || n.result().type().rank() == 4)) {
            normalization(norm);
            return;
        }
        switch (n.op()) {
            case Pointwise p -> define(PointwiseForms.write(w, n, p));
            case Relu _, Gelu _ -> define(PointwiseForms.write(w, n, n.op()));
            case Constant c -> define(Wire.small(w, c.type(), w.number(c.type().dtype(), c.value()), Shape.SCALAR));
            case Iota i -> define(iota(i));
            case Reshape r -> plain(w.emit("Reshape", List.of(in(0).plain(), w.shape(r.shape())), Map.of()));
            case Broadcast _ -> define(Wire.small(w, n.result().type(), in(0).operand(false), in(0).shape()));
            case Transpose t -> transpose(t);
            case Slice s -> plain(w.emit("Slice", List.of(in(0).plain(), w.longs(s.from()), w.longs(s.to()), w.longs(s.axis())), Map.of()));
            case Split s -> results(w.emit("Split",
                    List.of(in(0).plain(), w.longs(s.sizes().stream().mapToLong(i -> i).toArray())), n.results().size(), Map.of("axis", s.axis())));
            case Concat c -> plain(w.emit("Concat", n.operands().stream().map(v -> w.wire(v).plain()).toList(), Map.of("axis", c.axis())));
            case Pad p -> pad(p);
            case Gather _ -> plain(w.emit("Gather", List.of(in(0).plain(), in(1).plain()), Map.of("axis", 0)));
            case Reduce r -> reduce(r);
            case MatMul m -> product(m);
            case Conv2d c -> images(w.emit("Conv", List.of(in(0).channelsFirst(), w.kernel(n.operands().get(1))), convolution(c)));
            case Conv2dInputGrad c -> transposed(c);
            case Pool2d p -> pool(p);
            case LayerNorm l -> plain(w.emit("LayerNormalization", List.of(in(0).plain(), in(1).plain(), in(2).plain()), Map.of("axis", -1, "epsilon", l.eps())));
            case Softmax _ -> plain(w.emit("Softmax", List.of(in(0).plain()), Map.of("axis", -1)));
            case LogSoftmax _ -> plain(w.emit("LogSoftmax", List.of(in(0).plain()), Map.of("axis", -1)));
            case Scan s -> scan(s);
            default -> throw w.error(n, "has no form in ONNX: only what inference needs is exported");
        }
    }

    private Wire in(int i) {
        return w.wire(n.operands().get(i));
    }

    private void define(Wire wire) {
        w.define(n.result(), wire);
    }

    private void plain(String name) {
        define(Wire.plain(w, n.result().type(), name));
    }

    private void images(String name) {
        define(Wire.channelsFirst(w, n.result().type(), name));
    }

    private void results(List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            w.define(n.results().get(i), Wire.plain(w, n.results().get(i).type(), names.get(i)));
        }
    }

    private void normalization(BatchNormForm norm) {
        boolean images = n.result().type().rank() == 4;
        Wire x = w.wire(norm.x());
        List<String> operands = new ArrayList<>(List.of(images ? x.channelsFirst() : x.plain()));
        norm.channels().forEach(v -> operands.add(w.wire(v).plain()));
        String y = w.emit("BatchNormalization", operands, Map.of("epsilon", norm.eps()));
        if (images) images(y);
        else plain(y);
    }

    private Wire iota(Iota i) {
        int size = i.shape().dim(i.axis());
        long[] dims = new long[i.shape().rank() - i.axis()];
        Arrays.fill(dims, 1);
        dims[0] = size;
        Shape small = new Shape(Arrays.stream(dims).mapToObj(d -> (int) d).toList());
        return Wire.small(w, n.result().type(), w.count(size, dims), small);
    }

    private void transpose(Transpose t) {
        if (in(0).isChannelsFirst() && t.order().equals(TO_FIRST)) plain(in(0).channelsFirst());
        else if (!in(0).isChannelsFirst() && t.order().equals(TO_LAST)) images(in(0).plain());
        else plain(w.emit("Transpose", List.of(in(0).plain()), Map.of("perm", longs(t.order()))));
    }

    private static long[] longs(List<Integer> x) {
        return x.stream().mapToLong(i -> i).toArray();
    }

    private void pad(Pad p) {
        int rank = n.result().type().rank();
        long[] pads = new long[2 * rank];
        pads[p.axis()] = p.before();
        pads[rank + p.axis()] = p.after();
        plain(w.emit("Pad", List.of(in(0).plain(), w.longs(pads)), Map.of("mode", "constant")));
    }

    /** Sums and maxima; over rows and columns of images without turning them. */
    private void reduce(Reduce r) {
        boolean images = in(0).isChannelsFirst() && r.axes().equals(List.of(1, 2));
        String x = images ? in(0).channelsFirst() : in(0).plain();
        List<Integer> axes = images ? List.of(2, 3) : r.axes();
        String operator = r.kind() == Reduce.Kind.SUM ? "ReduceSum" : "ReduceMax";
        boolean asInput = r.kind() == Reduce.Kind.SUM || w.opset() >= 18;
        String y = asInput
                ? w.emit(operator, List.of(x, w.longs(longs(axes))), Map.of("keepdims", 1))
                : w.emit(operator, List.of(x), Map.of("keepdims", 1, "axes", longs(axes)));
        if (images) images(y);
        else plain(y);
    }

    private void product(MatMul m) {
        int rank = n.result().type().rank();
        boolean turned = m.transposeA() || m.transposeB();
        if (rank == 2 && turned) {
            Map<String, Object> flags = Map.of("transA", m.transposeA() ? 1 : 0, "transB", m.transposeB() ? 1 : 0);
            plain(w.emit("Gemm", List.of(in(0).plain(), in(1).plain()), flags));
            return;
        }
        plain(w.emit("MatMul", List.of(factor(0, m.transposeA()), factor(1, m.transposeB())), Map.of()));
    }

    private String factor(int i, boolean turned) {
        if (!turned) return in(i).plain();
        int rank = n.result().type().rank();
        long[] order = new long[rank];
        for (int k = 0; k < rank; k++) order[k] = k;
        order[rank - 1] = rank - 2;
        order[rank - 2] = rank - 1;
        return w.emit("Transpose", List.of(in(i).plain()), Map.of("perm", order));
    }

    private static Map<String, Object> convolution(Convolution c) {
        Map<String, Object> a = new HashMap<>();
        a.put("strides", longs(c.strides()));
        a.put("dilations", longs(c.dilation()));
        a.put("group", c.groups());
        a.put("pads", longs(Stream.concat(c.padding().stream(), c.padding().stream()).toList()));
        return a;
    }

    private void transposed(Conv2dInputGrad c) {
        Map<String, Object> attributes = convolution(c);
        Shape y = n.operands().get(0).type().shape();
        Shape k = n.operands().get(1).type().shape();
        long[] extra = new long[2];
        for (int i = 0; i < 2; i++) {
            int wanted = i == 0 ? c.height() : c.width();
            int covered = (y.dim(i + 1) - 1) * c.strides().get(i) - 2 * c.padding().get(i) + c.dilation().get(i) * (k.dim(i) - 1) + 1;
            extra[i] = wanted - covered;
        }
        attributes.put("output_padding", extra);
        images(w.emit("ConvTranspose", List.of(in(0).channelsFirst(), w.kernel(n.operands().get(1))), attributes));
    }

    private void pool(Pool2d p) {
        Map<String, Object> a = new HashMap<>();
        a.put("kernel_shape", longs(p.window()));
        a.put("strides", longs(p.strides()));
        a.put("pads", longs(Stream.concat(p.padding().stream(), p.padding().stream()).toList()));
        if (p.kind() == Pooling.Kind.AVERAGE) a.put("count_include_pad", 1);
        images(w.emit(p.kind() == Pooling.Kind.MAX ? "MaxPool" : "AveragePool", List.of(in(0).channelsFirst()), a));
    }

    /** A loop: carries, then stacked outputs, then the histories of carries, to which the first one is put. */
    private void scan(Scan s) {
        Graph body = (Graph) s.body();
        List<String> operands = n.operands().stream().map(v -> w.wire(v).plain()).toList();
        int own = s.carries() + s.sequences();
        List<String> given = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) given.add(i < own ? null : operands.get(i));
        List<Value> results = new ArrayList<>(body.outputs().stream().map(o -> o.value()).toList());
        s.kept().forEach(c -> results.add(body.outputs().get(c).value()));
        int stacked = results.size() - s.carries();
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("body", w.body(body, given, results));
        attributes.put("num_scan_inputs", s.sequences());
        if (s.reverse()) {
            attributes.put("scan_input_directions", ones(s.sequences()));
            if (stacked > 0) attributes.put("scan_output_directions", ones(stacked));
        }
        if (s.sequences() == 0) throw w.error(n, "a loop without sequences has no form in ONNX");
        List<String> names = w.emit("Scan", operands.subList(0, own), results.size(), attributes);
        int plain = n.results().size() - s.kept().size();
        for (int i = 0; i < n.results().size(); i++) {
            Value v = n.results().get(i);
            String name = i < plain ? names.get(i) : history(s, operands.get(s.kept().get(i - plain)), names.get(i));
            w.define(v, Wire.plain(w, v.type(), name));
        }
    }

    private String history(Scan s, String initial, String after) {
        String start = w.emit("Unsqueeze", List.of(initial, w.longs(0)), Map.of());
        return w.emit("Concat", s.reverse() ? List.of(after, start) : List.of(start, after), Map.of("axis", 0));
    }

    private static long[] ones(int n) {
        long[] x = new long[n];
        Arrays.fill(x, 1);
        return x;
    }
}
