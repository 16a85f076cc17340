package dev.gatun.simd.loop;

import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Motion;
import dev.gatun.simd.Kernel;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;

/**
 * Compiles fused loops to bytecode on the Vector API, one hidden class for each structure. Row lengths and strides
 * are constants of the code; addresses and numbers of rows are arguments, so that the same loop in every layer of a model
 * shares one class. What dense loops do does not depend on their sizes: all of them share one.
 *
 * <p>All arithmetic is f32 and i32. The order of every sum depends on sizes and on the vector length alone. A product
 * that only one sum uses is fused with it into one rounding.
 *
 * <p>Safe for use by several threads. Programs live as long as their compiler.
 */
public final class LoopCompiler {
    /** Instructions of a loop so short that a reduction waits for its sums: four of them, not two. */
    private static final int LIGHT = 8;
    /** Above this a loop gives up computing several vectors at once. */
    private static final int COMFORTABLE = 2_000;
    /** What HotSpot compiles at most. */
    private static final int LIMIT = 8_000;
    private static final long MOST_SCRATCH = 1L << 32;

    private final int lanes;
    private final Map<Loop, LoopProgram> programs = new ConcurrentHashMap<>();

    /** A compiler for vectors of the length that suits this machine. */
    public LoopCompiler() {
        this(Math.clamp(FloatVector.SPECIES_PREFERRED.length(), 4, 16));
    }

    /**
     * A compiler for vectors of a given length, whatever the machine: for comparable listings, and tests.
     *
     * @param lanes floats of a vector: 4, 8 or 16
     */
    public LoopCompiler(int lanes) {
        if (lanes != 4 && lanes != 8 && lanes != 16) {
            throw new IllegalArgumentException("a vector has 4, 8 or 16 lanes, not " + lanes);
        }
        this.lanes = lanes;
    }

    /** Floats of a vector. */
    public int lanes() {
        return lanes;
    }

    /**
     * The program of a loop; the same one for loops that differ in labels, buffers, offsets and the number of rows only.
     * Loops over dense memory share one whatever their size.
     *
     * @throws LoopTooLargeException when its code would be too long to run fast
     * @throws IllegalArgumentException when the loop is malformed, naming the instruction and the rule
     */
    public LoopProgram compile(Loop loop) {
        LoopCheck.check(loop);
        return programs.computeIfAbsent(structure(loop), s -> generate(loop.label(), s));
    }

    /**
     * A kernel that runs the loop: compiles it and binds it.
     *
     * @param placeBytes as for {@link LoopProgram#bind(Loop, long[], Motion[])}
     */
    public Kernel kernel(Loop loop, long[] placeBytes, Motion[] motions) {
        return compile(loop).bound(loop, placeBytes, motions);
    }

    /**
     * A class that was generated earlier, by a compiler of the same version for vectors of the same length.
     *
     * @param classFile what {@link LoopProgram#classFile} gave; not copied
     * @param bytecodeSize what {@link LoopProgram#bytecodeSize} gave
     * @param scratchBytes what {@link LoopProgram#scratchBytes} gave
     */
    @SuppressWarnings("ArrayRecordComponent") // carries bytes from hand to hand, is never compared
    public record Adopted(byte[] classFile, int bytecodeSize, long scratchBytes) {}

    /**
     * Defines a loop's class, unless its program is there already, instead of generating it again.
     *
     * @param code gives the class; asked for new structures only
     * @throws IllegalArgumentException when the bytes are no such class, or the sizes are out of range
     */
    public void adopt(Loop loop, Supplier<Adopted> code) {
        LoopCheck.check(loop);
        programs.computeIfAbsent(structure(loop), s -> program(loop.label(), s, code.get()));
    }

    private LoopProgram program(String label, Loop structure, Adopted code) {
        if (code.bytecodeSize < 1 || code.bytecodeSize > LIMIT || code.scratchBytes < 0 || code.scratchBytes > MOST_SCRATCH) {
            throw new IllegalArgumentException("loop " + label + ": " + code.bytecodeSize + " bytes of code, " + code.scratchBytes + " of scratch memory");
        }
        try {
            Nest nest = new Nest(structure, new PassPlan(structure), lanes);
            return new LoopProgram(structure, nest, define(code.classFile), code.classFile, code.bytecodeSize, code.scratchBytes);
        } catch (LinkageError | ClassCastException | IllegalStateException e) {
            throw new IllegalArgumentException("loop " + label + ": its class is broken: " + e.getMessage(), e);
        }
    }

    /** Whether {@link #compile} would find the loop short enough. Compiles it; the program is kept. */
    public boolean fits(Loop loop) {
        try {
            compile(loop);
            return true;
        } catch (LoopTooLargeException e) {
            return false;
        }
    }

    private Loop structure(Loop loop) {
        return new Nest(loop, new PassPlan(loop), lanes).canonical();
    }

    private LoopProgram generate(String label, Loop loop) {
        PassPlan plan = new PassPlan(loop);
        Nest nest = new Nest(loop, plan, lanes);
        int unroll = loop.body().size() <= LIGHT ? 4 : 2;
        while (unroll > 1 && loop.inner() < unroll * lanes) unroll /= 2;
        for (; ; unroll /= 2) {
            Generated g = bytes(loop, plan, nest, unroll);
            if (g.size() <= COMFORTABLE || unroll == 1) {
                if (g.size() > LIMIT) throw new LoopTooLargeException(label, g.size(), LIMIT);
                return new LoopProgram(loop, nest, define(g.bytes()), g.bytes(), g.size(), g.scratchBytes());
            }
        }
    }

    private record Generated(byte[] bytes, int size, long scratchBytes) {}

    private Generated bytes(Loop loop, PassPlan plan, Nest nest, int unroll) {
        List<Asm.Constant> constants = new ArrayList<>();
        write(loop, plan, nest, unroll, List.of(), constants);
        List<Asm.Constant> more = new ArrayList<>();
        byte[] bytes = write(loop, plan, nest, unroll, constants, more);
        if (!more.isEmpty()) throw new AssertionError("constants differ between two writings: " + more);
        ClassModel model = ClassFile.of().parse(bytes);
        int size = 0;
        for (MethodModel m : model.methods()) {
            size = Math.max(size, m.code().map(c -> ((CodeAttribute) c).codeLength()).orElse(0));
        }
        Frame sizes = new Frame(loop, plan, nest, new Asm(null, lanes, 0, more));
        return new Generated(bytes, size, sizes.scratchBytes());
    }

    private byte[] write(
            Loop loop, PassPlan plan, Nest nest, int unroll, List<Asm.Constant> constants, List<Asm.Constant> wanted) {
        ClassDesc name = ClassDesc.of(LoopCompiler.class.getPackageName(), "GenLoop");
        MethodTypeDesc run = MethodTypeDesc.of(
                ConstantDescs.CD_void,
                Asm.MEMORY,
                Asm.MEMORY,
                ConstantDescs.CD_long.arrayType(),
                ConstantDescs.CD_long,
                ConstantDescs.CD_int,
                ConstantDescs.CD_int,
                ConstantDescs.CD_int,
                ConstantDescs.CD_int);
        try {
            return ClassFile.of().build(name, c -> c.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                    .withInterfaceSymbols(ClassDesc.of(LoopBody.class.getName()))
                    .withMethodBody("<init>", ConstantDescs.MTD_void, 0, code -> code.aload(0)
                            .invokespecial(ConstantDescs.CD_Object, "<init>", ConstantDescs.MTD_void)
                            .return_())
                    .withMethodBody("run", run, ClassFile.ACC_PUBLIC, code -> {
                        Asm asm = new Asm(code, lanes, Frame.FIRST_LOCAL, wanted);
                        new BodyWriter(new Frame(loop, plan, nest, asm), unroll).write(constants);
                    }));
        } catch (IllegalArgumentException e) { // the class file's own limit of 65,535 bytes
            throw new LoopTooLargeException(loop.label(), 65_536, LIMIT);
        }
    }

    private static LoopBody define(byte[] bytes) {
        try {
            Class<?> type = MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass();
            return (LoopBody) type.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a generated class was refused", e);
        }
    }
}
