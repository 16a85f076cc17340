package dev.gatun.simd.loop;

import dev.gatun.graph.ops.Pointwise;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Loop.Instr;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Spells loops for tests; every buffer is a place of its own unless said otherwise. */
final class LoopBuilder {
    private final Shape domain;
    private final List<Place> places = new ArrayList<>();
    private final List<Instr> body = new ArrayList<>();
    private int lastInner;
    private int rowsPerTask;

    LoopBuilder(int... domain) {
        this.domain = Shape.of(domain);
        this.lastInner = this.domain.last();
        this.rowsPerTask = (int) (this.domain.elements() / lastInner);
    }

    LoopBuilder rowsPerTask(int rows) {
        rowsPerTask = rows;
        return this;
    }

    LoopBuilder lastInner(int n) {
        lastInner = n;
        return this;
    }

    /** A place with strides of one's own. */
    int place(DType type, long... strides) {
        places.add(new Place(places.size(), type, domain, 0, Arrays.stream(strides).boxed().toList()));
        return places.size() - 1;
    }

    int place(Place p) {
        places.add(p);
        return places.size() - 1;
    }

    /** A dense place of the domain's shape. */
    int dense(DType type) {
        places.add(Place.dense(places.size(), type, domain));
        return places.size() - 1;
    }

    /** A vector along the row, the same for all rows. */
    int vector(DType type) {
        long[] s = new long[domain.rank()];
        s[s.length - 1] = 1;
        return place(type, s);
    }

    /** One element for each row. */
    int perRow(DType type) {
        long[] s = new long[domain.rank()];
        long step = 1;
        for (int d = domain.rank() - 2; d >= 0; d--) {
            s[d] = step;
            step *= domain.dim(d);
        }
        return place(type, s);
    }

    /** One element. */
    int scalar(DType type) {
        return place(type, new long[domain.rank()]);
    }

    private int add(Instr x) {
        body.add(x);
        return body.size() - 1;
    }

    int load(int place) {
        return add(new Loop.Load(place, compute(places.get(place).dtype())));
    }

    int gather(int place, int index, long stride) {
        return add(new Loop.GatherLoad(place, index, stride, compute(places.get(place).dtype())));
    }

    int constant(double value) {
        return add(new Loop.Const(value, DType.F32));
    }

    int constant(double value, DType type) {
        return add(new Loop.Const(value, type));
    }

    int index(long... strides) {
        return add(new Loop.Index(Arrays.stream(strides).boxed().toList()));
    }

    int apply(Pointwise op, DType type, int... args) {
        return add(new Loop.Apply(op, Arrays.stream(args).boxed().toList(), type));
    }

    int apply(Pointwise op, int... args) {
        return apply(op, DType.F32, args);
    }

    int sum(int value) {
        return add(new Loop.RowReduce(Reduce.Kind.SUM, value, body.get(value).type()));
    }

    int max(int value) {
        return add(new Loop.RowReduce(Reduce.Kind.MAX, value, body.get(value).type()));
    }

    void store(int place, int value) {
        add(new Loop.Store(place, value, body.get(value).type()));
    }

    /** Stores to a new dense place. */
    int store(DType type, int value) {
        int p = dense(type);
        store(p, value);
        return p;
    }

    /** Sums columns into a new place of partial sums. */
    int columns(int value) {
        int rows = (int) (domain.elements() / domain.last());
        int tasks = (rows + rowsPerTask - 1) / rowsPerTask;
        places.add(Place.dense(places.size(), body.get(value).type(), Shape.of(tasks, domain.last())));
        add(new Loop.ColumnReduce(places.size() - 1, value, body.get(value).type()));
        return places.size() - 1;
    }

    DType type(int value) {
        return body.get(value).type();
    }

    static DType compute(DType t) {
        return t == DType.BF16 ? DType.F32 : t;
    }

    Loop build() {
        return new Loop("test", "Test.java:1", domain, lastInner, rowsPerTask, places, body);
    }
}
