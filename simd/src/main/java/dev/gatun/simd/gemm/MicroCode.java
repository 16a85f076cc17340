package dev.gatun.simd.gemm;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The bytecode of one micro-kernel. In Java it would read, for 2 rows x 2 vectors:
 *
 * {@snippet lang = java :
 * FloatVector z = FloatVector.zero(S), c0_0 = z, c0_1 = z, c1_0 = z, c1_1 = z;   // one zero, or the allocator spills
 * for (long end = b + steps * bStep; b != end; ) {                                // no counter, see below
 *     FloatVector b0 = load(B, b), b1 = load(B, b + 64);
 *     FloatVector x = broadcast(A.get(FLOAT, a));            // right before its two products, or it spills
 *     c0_0 = x.fma(b0, c0_0);
 *     c0_1 = x.fma(b1, c0_1);
 *     x = broadcast(A.get(FLOAT, a + aRow));
 *     c1_0 = x.fma(b0, c1_0);
 *     c1_1 = x.fma(b1, c1_1);
 *     a += aStep;
 *     b += bStep;
 * }
 * store(C, c, c0_0);  // or added to what is there
 * }
 *
 * <p>The loop has no counter because C2 makes three nested ones of a counted loop, to take its bounds checks out, and all
 * that comes before them costs as much as five steps. The checks left in cost nothing beside 24 products.
 */
final class MicroCode {
    private static final ClassDesc SEGMENT = desc(MemorySegment.class);
    private static final ClassDesc VECTOR = desc(FloatVector.class);
    private static final ClassDesc ANY_VECTOR = desc(Vector.class);
    private static final ClassDesc SPECIES = desc(VectorSpecies.class);
    private static final ClassDesc ORDER = desc(ByteOrder.class);
    private static final ClassDesc FLOAT = desc(ValueLayout.OfFloat.class);
    private static final ClassDesc LANES = desc(Lanes.class);
    private static final MethodTypeDesc RUN = MethodTypeDesc.of(
            CD_void, SEGMENT, CD_long, SEGMENT, CD_long, SEGMENT, CD_long, CD_long, CD_int);
    private static final MethodTypeDesc LOAD = MethodTypeDesc.of(VECTOR, SPECIES, SEGMENT, CD_long, ORDER);
    private static final MethodTypeDesc STORE = MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER);

    private static final ClassDesc OBJECTS = desc(Objects.class);
    private static final MethodTypeDesc CHECK = MethodTypeDesc.of(CD_int, CD_int, CD_int);
    private static final MethodTypeDesc SLICE = MethodTypeDesc.of(SEGMENT, CD_long, CD_long);

    // locals: this, then the arguments; a long takes two
    private static final int A = 1;
    private static final int A_AT = 2;
    private static final int B = 4;
    private static final int B_AT = 5;
    private static final int C = 7;
    private static final int C_AT = 8;
    private static final int C_ROW = 10;
    private static final int STEPS = 12;
    private static final int STEP = 13;
    private static final int X = 14;
    private static final int B_VECTORS = 15;

    /** Products of vectors that are written out one after another. */
    private static final int MOST_UNROLLED = 64;

    private final MicroShape shape;
    private final int sums;

    MicroCode(MicroShape shape) {
        this.shape = shape;
        this.sums = B_VECTORS + shape.vectors();
    }

    byte[] bytes() {
        ClassDesc self = ClassDesc.of(MicroCode.class.getPackageName(), shape.className());
        return ClassFile.of().build(self, made -> made
                .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                .withInterfaceSymbols(desc(MicroKernel.class))
                .withMethodBody(INIT_NAME, MTD_void, 0, code -> code.aload(0)
                        .invokespecial(ConstantDescs.CD_Object, INIT_NAME, MTD_void)
                        .return_())
                .withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, this::body));
    }

    private void body(CodeBuilder code) {
        for (int segment : new int[] {A, B, C}) code.aload(segment).checkcast(SEGMENT).astore(segment); // see Segments.known
        if (shape.most() != 0) narrow(code);
        species(code);
        code.invokestatic(VECTOR, "zero", MethodTypeDesc.of(VECTOR, SPECIES)).astore(X);
        for (int i = 0; i < shape.rows() * shape.vectors(); i++) {
            code.aload(X).astore(sums + i);
        }
        Label head = code.newLabel();
        Label done = code.newLabel();
        if (shape.run() == 0 && shape.most() == 0) {
            int end = sums + shape.rows() * shape.vectors();
            code.iload(STEPS).i2l().loadConstant(shape.bStep()).lmul().lload(B_AT).ladd().lstore(end);
            code.labelBinding(head).lload(B_AT).lload(end).lcmp().ifeq(done);
            step(code);
            code.goto_(head);
        } else {
            code.iconst_0().istore(STEP);
            code.labelBinding(head).iload(STEP).iload(STEPS).if_icmpge(done);
            if (shape.run() == 0) step(code);
            else run(code);
            code.iload(STEP).loadConstant(Math.max(1, shape.run())).iadd().istore(STEP).goto_(head);
        }
        code.labelBinding(done);
        for (int r = 0; r < shape.rows(); r++) {
            storeRow(code, r);
        }
        code.return_();
    }

    /**
     * Makes each segment what a call of the most steps touches. As its length and all offsets' ranges are constants then,
     * C2 proves all accesses to be in bounds; the slices themselves never exist.
     */
    private void narrow(CodeBuilder code) {
        long[] spans = {shape.spanOfA(shape.most()), shape.spanOfB(shape.most()), shape.spanOfC(shape.cRow())};
        int[] segments = {A, B, C};
        int[] offsets = {A_AT, B_AT, C_AT};
        for (int i = 0; i < spans.length; i++) {
            code.aload(segments[i]).lload(offsets[i]).loadConstant(spans[i]);
            code.invokeinterface(SEGMENT, "asSlice", SLICE).astore(segments[i]);
            code.lconst_0().lstore(offsets[i]);
        }
        code.iload(STEPS).loadConstant(shape.most() + 1).invokestatic(OBJECTS, "checkIndex", CHECK).istore(STEPS);
    }

    /** {@code for (int i = 0; i < run; i++) step; a += aSkip;}, a short run without a loop: its checks cost more. */
    private void run(CodeBuilder code) {
        if (shape.run() * shape.rows() * shape.vectors() <= MOST_UNROLLED) {
            for (int i = 0; i < shape.run(); i++) {
                step(code);
            }
            code.lload(A_AT).loadConstant(shape.aSkip()).ladd().lstore(A_AT);
            return;
        }
        int inner = sums + shape.rows() * shape.vectors();
        Label head = code.newLabel();
        Label done = code.newLabel();
        code.iconst_0().istore(inner);
        code.labelBinding(head).iload(inner).loadConstant(shape.run()).if_icmpge(done);
        step(code);
        code.iinc(inner, 1).goto_(head);
        code.labelBinding(done);
        code.lload(A_AT).loadConstant(shape.aSkip()).ladd().lstore(A_AT);
    }

    private void step(CodeBuilder code) {
        if (shape.most() != 0) {
            code.iload(STEP).i2l().loadConstant(shape.aStep()).lmul().lstore(A_AT);
            code.iload(STEP).i2l().loadConstant(shape.bStep()).lmul().lstore(B_AT);
        }
        for (int v = 0; v < shape.vectors(); v++) {
            loadVector(code, B, B_AT, (long) v * Lanes.BYTES);
            code.astore(B_VECTORS + v);
        }
        for (int r = 0; r < shape.rows(); r++) {
            products(code, r);
        }
        if (shape.most() != 0) return;
        code.lload(A_AT).loadConstant(shape.aStep()).ladd().lstore(A_AT);
        code.lload(B_AT).loadConstant(shape.bStep()).ladd().lstore(B_AT);
    }

    /** {@code x = broadcast(A[row]); c[row, v] = x * b[v] + c[row, v]}. */
    private void products(CodeBuilder code, int row) {
        species(code);
        code.aload(A).getstatic(LANES, "FLOAT", FLOAT);
        at(code, A_AT, row * shape.aRow());
        code.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(CD_float, FLOAT, CD_long));
        code.invokestatic(VECTOR, "broadcast", MethodTypeDesc.of(VECTOR, SPECIES, CD_float)).astore(X);
        for (int v = 0; v < shape.vectors(); v++) {
            int sum = sums + row * shape.vectors() + v;
            code.aload(X).aload(B_VECTORS + v).aload(sum)
                    .invokevirtual(VECTOR, "fma", MethodTypeDesc.of(VECTOR, ANY_VECTOR, ANY_VECTOR)).astore(sum);
        }
    }

    private void storeRow(CodeBuilder code, int row) {
        for (int v = 0; v < shape.vectors(); v++) {
            long shift = row * shape.cRow() + (long) v * Lanes.BYTES;
            code.aload(sums + row * shape.vectors() + v);
            if (shape.accumulate()) {
                loadVector(code, C, C_AT, shift);
                code.invokevirtual(VECTOR, "add", MethodTypeDesc.of(VECTOR, ANY_VECTOR));
            }
            code.aload(C);
            at(code, C_AT, shift);
            order(code);
            code.invokevirtual(VECTOR, "intoMemorySegment", STORE);
        }
        if (row + 1 < shape.rows() && shape.most() == 0) {
            code.lload(C_AT).lload(C_ROW).ladd().lstore(C_AT);
        }
    }

    private static void loadVector(CodeBuilder code, int segment, int offset, long shift) {
        species(code);
        code.aload(segment);
        at(code, offset, shift);
        order(code);
        code.invokestatic(VECTOR, "fromMemorySegment", LOAD);
    }

    private static void at(CodeBuilder code, int slot, long shift) {
        code.lload(slot);
        if (shift != 0) {
            code.loadConstant(shift).ladd();
        }
    }

    private static void species(CodeBuilder code) {
        code.getstatic(LANES, "F32", SPECIES);
    }

    private static void order(CodeBuilder code) {
        code.getstatic(LANES, "ORDER", ORDER);
    }

    private static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }
}
