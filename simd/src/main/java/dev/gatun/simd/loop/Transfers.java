package dev.gatun.simd.loop;

import static dev.gatun.simd.loop.Asm.BYTES;
import static dev.gatun.simd.loop.Asm.FLOATS;
import static dev.gatun.simd.loop.Asm.INTS;
import static dev.gatun.simd.loop.Asm.SHORTS;
import static java.lang.constant.ConstantDescs.CD_Float;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_short;

import dev.gatun.graph.types.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/** Writes loads and stores: a vector or a scalar, bf16 widened and rounded, truth values as bytes. */
final class Transfers {
    /** Pushes an address, a long. */
    interface Address {
        void push();
    }

    private final Asm asm;
    private final CodeBuilder code;
    private final VectorMath math;
    private final Formulas formulas;

    Transfers(Asm asm) {
        this.asm = asm;
        this.code = asm.code;
        this.math = new VectorMath(asm);
        this.formulas = new Formulas(asm);
    }

    /** Loads a vector of elements of type {@code memory}; lanes outside {@code mask} are zero. */
    void load(DType memory, int segment, Address address, int mask) {
        switch (memory) {
            case F32 -> plainLoad(FLOATS, segment, address, mask);
            case I32 -> plainLoad(INTS, segment, address, mask);
            case BF16 -> {
                plainLoad(SHORTS, segment, address, mask);
                asm.resize(SHORTS, "ZERO_EXTEND_S2I", INTS);
                asm.shift("LSHL", 16);
                asm.asFloats();
            }
            case BOOL -> {
                plainLoad(BYTES, segment, address, mask);
                asm.nonzeroBytes();
            }
        }
    }

    private void plainLoad(ClassDesc type, int segment, Address address, int mask) {
        asm.beginLoad(type, segment);
        address.push();
        asm.endLoad(type, mask);
    }

    /** Stores a vector held in a local. */
    void store(DType memory, int value, int segment, Address address, int mask) {
        switch (memory) {
            case F32 -> plainStore(FLOATS, value, segment, address, mask);
            case I32 -> plainStore(INTS, value, segment, address, mask);
            case BF16 -> {
                math.toBfloat(value);
                asm.resize(INTS, "I2S", SHORTS);
                plainStore(SHORTS, asm.store(), segment, address, mask);
            }
            case BOOL -> {
                asm.maskBytes(value);
                plainStore(BYTES, asm.store(), segment, address, mask);
            }
        }
    }

    private void plainStore(ClassDesc type, int value, int segment, Address address, int mask) {
        asm.load(value, segment);
        address.push();
        asm.endStore(type, mask);
    }

    /** Loads one element into all lanes. */
    void loadScalar(DType memory, int segment, Address address) {
        asm.species(memory == DType.F32 || memory == DType.BF16 ? FLOATS : INTS);
        asm.load(segment);
        asm.layout(scalar(memory));
        address.push();
        switch (memory) {
            case F32 -> {
                asm.scalarGet("FLOAT", CD_float);
                asm.broadcast(FLOATS);
            }
            case I32 -> {
                asm.scalarGet("INT", CD_int);
                asm.broadcast(INTS);
            }
            case BF16 -> {
                asm.scalarGet("SHORT", CD_short);
                code.bipush(16);
                code.ishl();
                code.invokestatic(CD_Float, "intBitsToFloat", MethodTypeDesc.of(CD_float, CD_int));
                asm.broadcast(FLOATS);
            }
            case BOOL -> {
                asm.scalarGet("BYTE", CD_byte);
                asm.broadcast(INTS);
                asm.compare(INTS, asm.store(), "NE", asm.constant(0));
            }
        }
    }

    /** Stores lane 0 of a vector held in a local. */
    void storeScalar(DType memory, int value, int segment, Address address) {
        int from = value;
        if (memory == DType.BF16) {
            math.toBfloat(value);
            from = asm.store();
        } else if (memory == DType.BOOL) {
            formulas.number(DType.BOOL, DType.I32, value);
            from = asm.store();
        }
        asm.load(segment);
        asm.layout(scalar(memory));
        address.push();
        asm.load(from);
        asm.firstLane(memory == DType.F32 ? FLOATS : INTS);
        switch (memory) {
            case F32 -> asm.scalarSet("FLOAT", CD_float);
            case I32 -> asm.scalarSet("INT", CD_int);
            case BF16 -> {
                code.i2s();
                asm.scalarSet("SHORT", CD_short);
            }
            case BOOL -> {
                code.i2b();
                asm.scalarSet("BYTE", CD_byte);
            }
        }
    }

    private static String scalar(DType memory) {
        return switch (memory) {
            case F32 -> "FLOAT";
            case I32 -> "INT";
            case BF16 -> "SHORT";
            case BOOL -> "BYTE";
        };
    }
}
