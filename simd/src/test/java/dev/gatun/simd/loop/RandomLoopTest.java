package dev.gatun.simd.loop;

import dev.gatun.graph.ops.*;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.types.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random valid loops against the oracle. */
class RandomLoopTest {
    private static final int[] INNER = {1, 2, 3, 5, 8, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 100, 128, 130, 200};

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16})
    void agreesWithTheOracle(int lanes) {
        LoopCompiler compiler = new LoopCompiler(lanes);
        for (int seed = 0; seed < 150; seed++) {
            Random random = new Random(seed * 31L + lanes);
            Loop loop = new Maker(random).make();
            new LoopRun(loop).fill(random, 1.5).check(compiler, 2e-5);
        }
    }

    /** Makes one loop: loads of all kinds, a web of ops, reductions now and then, stores. */
    private static final class Maker {
        private final Random random;
        private final LoopBuilder b;
        private final int[] domain;
        private final boolean ragged;
        private final List<Integer> floats = new ArrayList<>(); // computed values
        private final List<Integer> ints = new ArrayList<>();
        private final List<Integer> truths = new ArrayList<>();
        private final List<Integer> exact = new ArrayList<>(); // floats straight from memory: comparisons are safe

        Maker(Random random) {
            this.random = random;
            int rank = 1 + random.nextInt(4);
            domain = new int[rank];
            for (int d = 0; d < rank - 1; d++) domain[d] = 1 + random.nextInt(4);
            domain[rank - 1] = INNER[random.nextInt(INNER.length)];
            ragged = random.nextInt(4) == 0;
            int rows = 1;
            for (int d = 0; d < rank - 1; d++) rows *= domain[d];
            b = new LoopBuilder(domain).rowsPerTask(1 + random.nextInt(rows));
            if (ragged) b.lastInner(1 + random.nextInt(domain[rank - 1]));
        }

        Loop make() {
            for (int k = 2 + random.nextInt(4); k > 0; k--) load();
            int ops = 3 + random.nextInt(20);
            int reductions = random.nextInt(3);
            for (int k = 0; k < ops; k++) {
                op();
                if (reductions > 0 && k > ops / 3 && random.nextInt(3) == 0) {
                    reductions--;
                    reduce();
                }
            }
            for (int k = 1 + random.nextInt(3); k > 0; k--) store();
            if (random.nextInt(3) == 0) b.columns(pick(floats));
            if (random.nextInt(6) == 0) b.columns(pick(ints));
            return b.build();
        }

        private int pick(List<Integer> from) {
            if (from == floats && floats.isEmpty()) floats.add(b.constant(0.75));
            if (from == exact && exact.isEmpty()) exact.add(b.constant(-0.5));
            if (from == ints && ints.isEmpty()) ints.add(b.constant(3, DType.I32));
            if (from == truths && truths.isEmpty()) truths.add(b.constant(1, DType.BOOL));
            // the latest are likelier
            int n = from.size();
            return from.get(n - 1 - Math.min(random.nextInt(n), random.nextInt(n)));
        }

        private long[] strides(boolean store) {
            long[] s = new long[domain.length];
            int gap = random.nextInt(5) == 0 ? 1 + random.nextInt(3) : 1;
            long step = gap;
            int kind = random.nextInt(store ? 2 : 5);
            for (int d = domain.length - 1; d >= 0; d--) {
                boolean repeat = !store && (kind == 2 && random.nextBoolean() || kind == 3 && d == domain.length - 1 || kind == 4);
                s[d] = repeat ? 0 : step;
                if (!repeat) step *= domain[d] + (random.nextInt(6) == 0 ? 3 : 0);
            }
            return s;
        }

        private void load() {
            DType[] types = {DType.F32, DType.F32, DType.F32, DType.BF16, DType.I32, DType.BOOL};
            DType t = types[random.nextInt(types.length)];
            int v = b.load(b.place(t, strides(false)));
            switch (t) {
                case F32, BF16 -> {
                    floats.add(v);
                    exact.add(v);
                }
                case I32 -> ints.add(v);
                case BOOL -> truths.add(v);
            }
        }

        private void op() {
            switch (random.nextInt(20)) {
                case 0, 1, 2 -> floats.add(b.apply(new Add(), pick(floats), pick(floats)));
                case 3, 4, 5 -> floats.add(b.apply(new Mul(), pick(floats), pick(floats)));
                case 6 -> floats.add(b.apply(new Sub(), pick(floats), pick(floats)));
                case 7 -> floats.add(b.apply(random.nextBoolean() ? new Max() : new Min(), pick(floats), pick(floats)));
                case 8 -> floats.add(b.apply(new Tanh(), pick(floats)));
                case 9 -> floats.add(b.apply(new Erf(), pick(floats)));
                case 10 -> floats.add(b.apply(new Exp(), b.apply(new Tanh(), pick(floats))));
                case 11 -> floats.add(b.apply(random.nextBoolean() ? new Neg() : new Abs(), pick(floats)));
                case 12 -> {
                    int positive = b.apply(new Add(), b.apply(new Abs(), pick(floats)), b.constant(0.5));
                    Pointwise[] ops = {new Sqrt(), new Log(), new Rsqrt()};
                    floats.add(b.apply(ops[random.nextInt(3)], positive));
                }
                case 13 -> truths.add(b.apply(random.nextBoolean() ? new Less() : new Equal(), DType.BOOL, pick(exact), pick(exact)));
                case 14 -> truths.add(b.apply(random.nextBoolean() ? new Less() : new Equal(), DType.BOOL, pick(ints), pick(ints)));
                case 15 -> truths.add(b.apply(random.nextBoolean() ? new And() : new Or(), DType.BOOL, pick(truths), pick(truths)));
                case 16 -> floats.add(b.apply(new Select(), pick(truths), pick(floats), pick(floats)));
                case 17 -> ints.add(b.apply(random.nextBoolean() ? new Add() : new Max(), DType.I32, pick(ints), pick(ints)));
                case 18 -> {
                    long[] s = new long[domain.length];
                    for (int d = 0; d < s.length; d++) s[d] = random.nextInt(3);
                    ints.add(b.index(s));
                }
                default -> floats.add(b.apply(new Cast(DType.F32), pick(random.nextBoolean() ? ints : truths)));
            }
        }

        private void reduce() {
            if (random.nextInt(4) == 0) {
                ints.add(random.nextBoolean() ? b.sum(pick(ints)) : b.max(pick(ints)));
            } else if (random.nextBoolean()) {
                floats.add(b.apply(new Mul(), b.sum(pick(floats)), b.constant(1.0 / domain[domain.length - 1])));
            } else {
                floats.add(b.max(pick(floats)));
            }
        }

        private void store() {
            switch (random.nextInt(5)) {
                case 0 -> b.store(b.place(DType.I32, strides(true)), pick(ints));
                case 1 -> b.store(b.place(DType.BOOL, strides(true)), pick(truths));
                case 2 -> b.store(b.place(DType.BF16, strides(true)), pick(floats));
                default -> b.store(b.place(DType.F32, strides(true)), pick(floats));
            }
        }
    }
}
