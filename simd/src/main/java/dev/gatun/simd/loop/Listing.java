package dev.gatun.simd.loop;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ClassDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Prints the run method of a generated class: an instruction a line, branch targets numbered. */
final class Listing {
    private final Map<Label, Integer> numbers = new HashMap<>();

    private Listing() {}

    static List<String> of(byte[] bytes) {
        for (MethodModel m : ClassFile.of().parse(bytes).methods()) {
            if (m.methodName().equalsString("run")) return new Listing().lines(m);
        }
        throw new AssertionError("no method run");
    }

    private List<String> lines(MethodModel method) {
        List<CodeElement> elements = new ArrayList<>();
        method.code().orElseThrow().forEach(elements::add);
        Set<Label> targets = new HashSet<>();
        for (CodeElement e : elements) if (e instanceof BranchInstruction b) targets.add(b.target());
        for (CodeElement e : elements) {
            if (e instanceof LabelTarget t && targets.contains(t.label())) numbers.put(t.label(), numbers.size() + 1);
        }
        List<String> lines = new ArrayList<>();
        for (CodeElement e : elements) {
            if (e instanceof LabelTarget t && numbers.containsKey(t.label())) lines.add("L" + numbers.get(t.label()) + ":");
            if (e instanceof Instruction i) lines.add("  " + text(i));
        }
        return lines;
    }

    private String text(Instruction i) {
        return switch (i) {
            case LoadInstruction l -> l.typeKind().name().toLowerCase(java.util.Locale.ROOT) + "_load " + l.slot();
            case StoreInstruction s -> s.typeKind().name().toLowerCase(java.util.Locale.ROOT) + "_store " + s.slot();
            case ConstantInstruction c -> "push " + c.constantValue();
            case IncrementInstruction c -> "inc " + c.slot() + " " + c.constant();
            case BranchInstruction b -> b.opcode().name().toLowerCase(java.util.Locale.ROOT) + " L" + numbers.get(b.target());
            case InvokeInstruction v -> "call " + name(v.owner().asSymbol()) + "." + v.name().stringValue() + arguments(v);
            case FieldInstruction f -> "get " + name(f.owner().asSymbol()) + "." + f.name().stringValue();
            case TypeCheckInstruction t -> "cast " + name(t.type().asSymbol());
            default -> i.opcode().name().toLowerCase(java.util.Locale.ROOT);
        };
    }

    private static String arguments(InvokeInstruction v) {
        return v.typeSymbol().parameterList().stream()
                .map(Listing::name)
                .collect(java.util.stream.Collectors.joining(",", "(", ")"));
    }

    private static String name(ClassDesc type) {
        return type.displayName();
    }
}
