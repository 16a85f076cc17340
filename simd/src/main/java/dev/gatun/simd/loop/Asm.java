package dev.gatun.simd.loop;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes one method: the Vector API's calls by name, operands in locals, results on the stack. Truth values are masks
 * of floats throughout.
 *
 * <p>Constants live in locals that the prologue fills. Which ones are needed is known only after the body was written
 * once, so a method is written twice: first with no constants, only to collect them.
 */
final class Asm {
    static final ClassDesc MEMORY = ClassDesc.of("java.lang.foreign.MemorySegment");
    private static final String PACKAGE = "jdk.incubator.vector.";
    static final ClassDesc FLOATS = ClassDesc.of(PACKAGE + "FloatVector");
    static final ClassDesc INTS = ClassDesc.of(PACKAGE + "IntVector");
    static final ClassDesc SHORTS = ClassDesc.of(PACKAGE + "ShortVector");
    static final ClassDesc BYTES = ClassDesc.of(PACKAGE + "ByteVector");
    static final ClassDesc MASK = ClassDesc.of(PACKAGE + "VectorMask");
    private static final ClassDesc VECTOR = ClassDesc.of(PACKAGE + "Vector");
    private static final ClassDesc SPECIES = ClassDesc.of(PACKAGE + "VectorSpecies");
    private static final ClassDesc SHUFFLE = ClassDesc.of(PACKAGE + "VectorShuffle");
    private static final ClassDesc OPERATORS = ClassDesc.of(PACKAGE + "VectorOperators");
    private static final ClassDesc UNARY = OPERATORS.nested("Unary");
    private static final ClassDesc BINARY = OPERATORS.nested("Binary");
    private static final ClassDesc ASSOCIATIVE = OPERATORS.nested("Associative");
    private static final ClassDesc COMPARISON = OPERATORS.nested("Comparison");
    private static final ClassDesc CONVERSION = OPERATORS.nested("Conversion");
    private static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");
    private static final ClassDesc LAYOUT = ClassDesc.of("java.lang.foreign.ValueLayout");
    private static final ClassDesc ROTATIONS = ClassDesc.of(Rotations.class.getName());

    /** Kinds of constants: a float or an int in all lanes; lane number times a step; true or false in all lanes. */
    enum Kind {
        FLOAT,
        INT,
        RAMP,
        TRUTH
    }

    /** A constant of a method. */
    record Constant(Kind kind, int bits) {}

    final CodeBuilder code;
    final int lanes;
    private final Map<Constant, Integer> known = new LinkedHashMap<>();
    private final List<Constant> wanted;
    private int next;

    /**
     * @param code where instructions go
     * @param lanes elements of a vector: 4, 8 or 16
     * @param firstLocal first free local
     * @param wanted collects the constants asked for and not in the prologue
     */
    Asm(CodeBuilder code, int lanes, int firstLocal, List<Constant> wanted) {
        this.code = code;
        this.lanes = lanes;
        this.next = firstLocal;
        this.wanted = wanted;
    }

    /** Writes constants into locals, for the whole method. */
    void prologue(List<Constant> constants) {
        for (Constant c : new ArrayList<>(constants)) {
            push(c);
            known.put(c, store());
        }
    }

    private int constant(Constant c) {
        Integer slot = known.get(c);
        if (slot != null) return slot;
        if (!wanted.contains(c)) wanted.add(c);
        push(c);
        return store();
    }

    private void push(Constant c) {
        switch (c.kind()) {
            case FLOAT -> {
                species(FLOATS);
                code.loadConstant(Float.intBitsToFloat(c.bits()));
                code.invokestatic(FLOATS, "broadcast", MethodTypeDesc.of(FLOATS, SPECIES, CD_float));
            }
            case INT -> {
                species(INTS);
                code.loadConstant(c.bits());
                code.invokestatic(INTS, "broadcast", MethodTypeDesc.of(INTS, SPECIES, CD_int));
            }
            case RAMP -> {
                species(INTS);
                code.invokestatic(INTS, "zero", MethodTypeDesc.of(INTS, SPECIES));
                code.loadConstant(c.bits());
                code.invokevirtual(INTS, "addIndex", MethodTypeDesc.of(INTS, CD_int));
            }
            case TRUTH -> {
                species(FLOATS);
                code.loadConstant(c.bits());
                code.invokeinterface(SPECIES, "maskAll", MethodTypeDesc.of(MASK, CD_boolean));
            }
        }
    }

    int constant(float value) {
        return constant(new Constant(Kind.FLOAT, Float.floatToRawIntBits(value)));
    }

    int constant(int value) {
        return constant(new Constant(Kind.INT, value));
    }

    int ramp(int step) {
        return constant(new Constant(Kind.RAMP, step));
    }

    int truth(boolean value) {
        return constant(new Constant(Kind.TRUTH, value ? 1 : 0));
    }

    // ---- locals

    int mark() {
        return next;
    }

    /** Frees the locals taken since {@link #mark()}. */
    void release(int mark) {
        next = mark;
    }

    int newLocal() {
        return next++;
    }

    int newLong() {
        next += 2;
        return next - 2;
    }

    /** Pops a reference into a new local. */
    int store() {
        int slot = next++;
        code.astore(slot);
        return slot;
    }

    void load(int... slots) {
        for (int s : slots) code.aload(s);
    }

    // ---- vectors: operands in locals where named, else on the stack; the result on the stack

    void species(ClassDesc vector) {
        int bits = lanes * (vector.equals(SHORTS) ? 16 : vector.equals(BYTES) ? 8 : 32);
        code.getstatic(vector, "SPECIES_" + bits, SPECIES);
    }

    /** {@code a.name(b)} for add, sub, mul, div, max, min. */
    void binary(ClassDesc type, String name, int a, int b) {
        load(a, b);
        code.invokevirtual(type, name, MethodTypeDesc.of(type, VECTOR));
    }

    /** The stack's top on the left. */
    void then(ClassDesc type, String name, int b) {
        load(b);
        code.invokevirtual(type, name, MethodTypeDesc.of(type, VECTOR));
    }

    /** neg, abs, sqrt of the stack's top. */
    void unary(ClassDesc type, String name) {
        code.invokevirtual(type, name, MethodTypeDesc.of(type));
    }

    /** The mask of floats: nonzero bytes of the vector on the stack. */
    void nonzeroBytes() {
        code.getstatic(OPERATORS, "NE", COMPARISON);
        code.iconst_0();
        code.invokevirtual(BYTES, "compare", MethodTypeDesc.of(MASK, COMPARISON, CD_byte));
        castMask(FLOATS);
    }

    /** Bytes 0 and 1 from a mask of floats. */
    void maskBytes(int mask) {
        species(BYTES);
        code.iconst_0();
        code.invokestatic(BYTES, "broadcast", MethodTypeDesc.of(BYTES, SPECIES, CD_byte));
        code.iconst_1();
        load(mask);
        castMask(BYTES);
        code.invokevirtual(BYTES, "blend", MethodTypeDesc.of(BYTES, CD_byte, MASK));
    }

    /** An operator on the stack's top. */
    void lanewise(ClassDesc type, String operator) {
        code.getstatic(OPERATORS, operator, UNARY);
        code.invokevirtual(type, "lanewise", MethodTypeDesc.of(type, UNARY));
    }

    /** Shifts the int vector on the stack by a constant. */
    void shift(String operator, int by) {
        code.getstatic(OPERATORS, operator, BINARY);
        code.loadConstant(by);
        code.invokevirtual(INTS, "lanewise", MethodTypeDesc.of(INTS, BINARY, CD_int));
    }

    /** {@code top * b + c}. */
    void fma(int b, int c) {
        load(b, c);
        code.invokevirtual(FLOATS, "fma", MethodTypeDesc.of(FLOATS, VECTOR, VECTOR));
    }

    /** A polynomial in {@code x}, coefficients from the constant term up, by Horner's rule. */
    void horner(int x, float... coefficients) {
        load(constant(coefficients[coefficients.length - 1]));
        for (int i = coefficients.length - 2; i >= 0; i--) fma(x, constant(coefficients[i]));
    }

    /** The mask (of floats) {@code a op b}. */
    void compare(ClassDesc type, int a, String op, int b) {
        load(a);
        code.getstatic(OPERATORS, op, COMPARISON);
        load(b);
        code.invokevirtual(type, "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR));
        if (!type.equals(FLOATS)) castMask(FLOATS);
    }

    void castMask(ClassDesc type) {
        species(type);
        code.invokevirtual(MASK, "cast", MethodTypeDesc.of(MASK, SPECIES));
    }

    /** Mask operations: and, or, andNot with a local, or not. */
    void mask(String name, int... other) {
        load(other);
        code.invokevirtual(MASK, name, other.length == 0 ? MethodTypeDesc.of(MASK) : MethodTypeDesc.of(MASK, MASK));
    }

    /** {@code mask ? b : top}, the mask one of floats. */
    void blend(ClassDesc type, int b, int mask) {
        load(b, mask);
        if (!type.equals(FLOATS)) castMask(type);
        code.invokevirtual(type, "blend", MethodTypeDesc.of(type, VECTOR, MASK));
    }

    void asInts() {
        code.invokevirtual(FLOATS, "reinterpretAsInts", MethodTypeDesc.of(INTS));
    }

    void asFloats() {
        code.invokevirtual(INTS, "reinterpretAsFloats", MethodTypeDesc.of(FLOATS));
    }

    /** Converts lanes of one size: F2I or I2F. */
    void convert(ClassDesc from, String conversion, ClassDesc to) {
        code.getstatic(OPERATORS, conversion, CONVERSION);
        code.iconst_0();
        code.invokevirtual(from, "convert", MethodTypeDesc.of(VECTOR, CONVERSION, CD_int));
        code.checkcast(to);
    }

    /** Converts between lanes of different sizes: I2S or ZERO_EXTEND_S2I. */
    void resize(ClassDesc from, String conversion, ClassDesc to) {
        code.getstatic(OPERATORS, conversion, CONVERSION);
        species(to);
        code.iconst_0();
        code.invokevirtual(from, "convertShape", MethodTypeDesc.of(VECTOR, CONVERSION, SPECIES, CD_int));
        code.checkcast(to);
    }

    /** The int or float on the stack (above its species) in all lanes. */
    void broadcast(ClassDesc type) {
        code.invokestatic(type, "broadcast", MethodTypeDesc.of(type, SPECIES, type.equals(FLOATS) ? CD_float : CD_int));
    }

    /** Lane 0 of the stack's top. */
    void firstLane(ClassDesc type) {
        code.iconst_0();
        code.invokevirtual(type, "lane", MethodTypeDesc.of(type.equals(FLOATS) ? CD_float : CD_int, CD_int));
    }

    /** Combines the lanes of the ints on the stack into one int. */
    void reduceInts(String operator) {
        code.getstatic(OPERATORS, operator, ASSOCIATIVE);
        code.invokevirtual(INTS, "reduceLanes", MethodTypeDesc.of(CD_int, ASSOCIATIVE));
    }

    /** The floats of a local with lanes moved round by {@code by}. */
    void rotated(int slot, int by) {
        load(slot);
        code.getstatic(ROTATIONS, Rotations.name(lanes, by), SHUFFLE);
        code.invokevirtual(FLOATS, "rearrange", MethodTypeDesc.of(FLOATS, SHUFFLE));
    }

    // ---- memory: addresses are longs in locals

    /** Starts a vector load: species, segment. The address comes next, then {@link #endLoad}. */
    void beginLoad(ClassDesc type, int segment) {
        species(type);
        load(segment);
    }

    /** Ends a vector load; {@code mask} is a local with a mask of floats, or -1. */
    void endLoad(ClassDesc type, int mask) {
        order();
        MethodTypeDesc plain = MethodTypeDesc.of(type, SPECIES, MEMORY, CD_long, ORDER);
        if (mask >= 0) pushMask(type, mask);
        code.invokestatic(type, "fromMemorySegment", mask >= 0 ? plain.insertParameterTypes(4, MASK) : plain);
    }

    /** Ends a vector store; vector, segment and address are on the stack. */
    void endStore(ClassDesc type, int mask) {
        order();
        MethodTypeDesc plain = MethodTypeDesc.of(CD_void, MEMORY, CD_long, ORDER);
        if (mask >= 0) pushMask(type, mask);
        code.invokevirtual(type, "intoMemorySegment", mask >= 0 ? plain.insertParameterTypes(3, MASK) : plain);
    }

    private void pushMask(ClassDesc type, int mask) {
        load(mask);
        if (!type.equals(FLOATS)) castMask(type);
    }

    private void order() {
        code.invokestatic(ORDER, "nativeOrder", MethodTypeDesc.of(ORDER));
    }

    /** The layout of scalar accesses: {@code FLOAT}, {@code INT}, {@code SHORT} or {@code BYTE}. */
    void layout(String name) {
        String suffix = name.equals("BYTE") ? "" : "_UNALIGNED";
        code.getstatic(LAYOUT, "JAVA_" + name + suffix, layoutType(name));
    }

    void scalarGet(String name, ClassDesc type) {
        code.invokeinterface(MEMORY, "get", MethodTypeDesc.of(type, layoutType(name), CD_long));
    }

    void scalarSet(String name, ClassDesc type) {
        code.invokeinterface(MEMORY, "set", MethodTypeDesc.of(CD_void, layoutType(name), CD_long, type));
    }

    private static ClassDesc layoutType(String name) {
        return LAYOUT.nested("Of" + name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT));
    }
}
