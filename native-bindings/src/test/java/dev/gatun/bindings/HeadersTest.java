package dev.gatun.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.bindings.onednn.Dnnl;
import dev.gatun.bindings.onednn.dnnl_exec_arg_t;
import dev.gatun.bindings.onednn.dnnl_version_t;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The checked-in bindings against the headers inside the Maven jar, through a C compiler: values of constants, sizes
 * and offsets of structs, and the machine-level signature of every function.
 */
class HeadersTest {
    private static final String FOLDER = "org/bytedeco/dnnl/linux-x86_64/include/";

    @TempDir
    Path temp;

    static Process gcc(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("gcc"));
        command.addAll(List.of(arguments));
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException absent) {
            assumeTrue(false, "no gcc on PATH: this comparison needs a C compiler");
            throw absent;
        }
    }

    @BeforeEach
    void unpackHeaders() throws IOException {
        URL header = HeadersTest.class.getClassLoader().getResource(FOLDER + "oneapi/dnnl/dnnl.h");
        JarURLConnection connection = (JarURLConnection) header.openConnection();
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            for (JarEntry entry : jar.stream().filter(e -> e.getName().startsWith(FOLDER)
                    && e.getName().endsWith(".h")).toList()) {
                Path file = temp.resolve(entry.getName().substring(FOLDER.length()));
                Files.createDirectories(file.getParent());
                try (InputStream in = jar.getInputStream(entry)) {
                    Files.copy(in, file);
                }
            }
        }
    }

    /** Compiles and runs a program that includes dnnl.h; its output by lines {@code name value}. */
    private Map<String, Long> run(String body) throws IOException, InterruptedException {
        Path program = compile(body);
        Process process = new ProcessBuilder(program.toString()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(process.waitFor()).isZero();
        return output.lines().map(line -> line.split(" ")).collect(Collectors.toMap(
                words -> words[0], words -> Long.valueOf(words[1]), (a, b) -> b, TreeMap::new));
    }

    private Path compile(String body) throws IOException, InterruptedException {
        Path source = Files.writeString(temp.resolve("check.c"), """
                #include <stddef.h>
                #include <stdint.h>
                #include <stdio.h>
                #include "oneapi/dnnl/dnnl.h"
                """ + body);
        Path program = temp.resolve("check");
        Process process = gcc(
                "-std=c11", "-Werror", "-I", temp.toString(), "-o", program.toString(), source.toString());
        String messages = new String(process.getInputStream().readAllBytes(),
                StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(messages).isZero();
        return program;
    }

    /** The parameterless int methods of the bindings: one for each constant. */
    private static List<Method> constants() {
        return Arrays.stream(Dnnl.class.getDeclaredMethods())
                .filter(m -> Modifier.isPublic(m.getModifiers()) && m.getParameterCount() == 0
                        && m.getReturnType() == int.class && !functions().contains(m.getName()))
                .sorted(Comparator.comparing(Method::getName)).toList();
    }

    private static List<String> functions() {
        return Arrays.stream(Dnnl.class.getDeclaredMethods()).map(Method::getName)
                .filter(n -> n.endsWith("$descriptor")).map(n -> n.substring(0, n.length() - "$descriptor".length()))
                .sorted().toList();
    }

    @Test
    void constantsHaveTheHeadersValues() throws Exception {
        List<Method> constants = constants();
        assertThat(constants).hasSizeGreaterThan(200);
        String body = constants.stream().map(m -> "  printf(\"%s %%lld\\n\", (long long)(%s));\n"
                .formatted(m.getName(), m.getName())).collect(Collectors.joining("", "int main(void) {\n", "}\n"));
        Map<String, Long> expected = run(body);
        Map<String, Long> actual = new TreeMap<>();
        for (Method constant : constants) {
            actual.put(constant.getName(), ((Integer) constant.invoke(null)).longValue());
        }
        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void structsHaveTheHeadersSizesAndOffsets() throws Exception {
        Map<String, GroupLayout> structs = Map.of(
                "dnnl_version_t", dnnl_version_t.layout(), "dnnl_exec_arg_t", dnnl_exec_arg_t.layout());
        StringBuilder body = new StringBuilder("int main(void) {\n");
        Map<String, Long> actual = new TreeMap<>();
        structs.forEach((name, layout) -> {
            body.append("  printf(\"%s %%zu\\n\", sizeof(%s));\n".formatted(name, name));
            actual.put(name, layout.byteSize());
            layout.memberLayouts().stream().flatMap(m -> m.name().stream()).forEach(field -> {
                body.append("  printf(\"%s.%s %%zu\\n\", offsetof(%s, %s));\n".formatted(name, field, name, field));
                actual.put(name + "." + field, layout.byteOffset(MemoryLayout.PathElement.groupElement(field)));
            });
        });
        assertThat(actual).isEqualTo(run(body.append("}\n").toString())).hasSize(2 + 6 + 2);
    }

    /** Every function has the result and parameters of its descriptor, by size and kind. */
    @Test
    void functionsHaveTheHeadersSignatures() throws Exception {
        Map<String, Prototype> prototypes = prototypes();
        assertThat(prototypes.keySet()).containsExactlyInAnyOrderElementsOf(functions()).hasSizeGreaterThan(50);
        StringBuilder body = new StringBuilder();
        for (Map.Entry<String, Prototype> entry : prototypes.entrySet()) {
            body.append(check(entry.getKey(), entry.getValue(), descriptor(entry.getKey())));
        }
        assertThat(errors(body.toString())).isEmpty();
    }

    /** The test of the test: a descriptor that differs in one place does not compile. */
    @Test
    void aWrongSignatureIsFound() throws Exception {
        String name = "dnnl_post_ops_append_eltwise";
        Prototype prototype = prototypes().get(name);
        List<MemoryLayout> right = List.of(Dnnl.C_POINTER, Dnnl.C_INT, Dnnl.C_FLOAT, Dnnl.C_FLOAT);
        List<MemoryLayout> kind = List.of(Dnnl.C_POINTER, Dnnl.C_INT, Dnnl.C_FLOAT, Dnnl.C_INT);
        List<MemoryLayout> size = List.of(Dnnl.C_POINTER, Dnnl.C_INT, Dnnl.C_DOUBLE, Dnnl.C_FLOAT);
        assertThat(errors(check(name, prototype,
                FunctionDescriptor.of(Dnnl.C_INT, right.toArray(MemoryLayout[]::new))))).isEmpty();
        for (List<MemoryLayout> wrong : List.of(kind, size)) {
            assertThat(errors(check(name, prototype, FunctionDescriptor.of(Dnnl.C_INT,
                    wrong.toArray(MemoryLayout[]::new))))).contains("differs from the header");
        }
        Prototype renamed = new Prototype(prototype.result(), prototype.parameters().reversed());
        assertThat(errors(check(name, renamed, FunctionDescriptor.of(Dnnl.C_INT,
                right.reversed().toArray(MemoryLayout[]::new))))).contains("prototype differs from the header");
    }

    /** A C function's result type and its parameters, each with its name. */
    private record Prototype(String result, List<String> parameters) {}

    /** The prototypes that jextract wrote into the comments of its methods. */
    private static Map<String, Prototype> prototypes() throws IOException {
        String source = Files.readString(Path.of("src/generated/java/dev/gatun/bindings/onednn/Dnnl.java"));
        Matcher comment = Pattern.compile("Function descriptor for:\\s+\\* \\{@snippet lang=c :\\s+\\* (.*)\\s+\\* }")
                .matcher(source);
        Map<String, Prototype> prototypes = new TreeMap<>();
        while (comment.find()) {
            Matcher parts = Pattern.compile("(.*?)(\\w+)\\((.*)\\)").matcher(comment.group(1).strip());
            assertThat(parts.matches()).as(comment.group(1)).isTrue();
            List<String> parameters = parts.group(3).isEmpty() ? List.of() : List.of(parts.group(3).split(", "));
            prototypes.put(parts.group(2), new Prototype(parts.group(1), parameters));
        }
        return prototypes;
    }

    /**
     * A C function of the prototype whose body asserts what the descriptor says of each parameter, and the assertion
     * that the header's function has the same type. Parameters, not types, are measured: C arrays become pointers.
     */
    private static String check(String name, Prototype prototype, FunctionDescriptor descriptor) {
        assertThat(descriptor.argumentLayouts()).as(name).hasSameSizeAs(prototype.parameters());
        List<String> parameters = prototype.parameters();
        StringBuilder text = new StringBuilder("static inline ").append(prototype.result()).append(" check_")
                .append(name).append('(').append(parameters.isEmpty() ? "void" : String.join(", ", parameters))
                .append(") {\n");
        for (int i = 0; i < parameters.size(); i++) {
            String parameter = parameters.get(i).replaceFirst(".*?(\\w+)$", "$1");
            text.append(assertion(name + " parameter " + i, parameter, descriptor.argumentLayouts().get(i)));
        }
        text.append(assertion(name + " result", "((" + prototype.result() + ") 0)",
                descriptor.returnLayout().orElseThrow()));
        return text.append("  __builtin_unreachable();\n}\n")
                .append("_Static_assert(__builtin_types_compatible_p(__typeof__(check_%s), __typeof__(%s)), "
                        .formatted(name, name))
                .append("\"%s: prototype differs from the header\");\n".formatted(name)).toString();
    }

    private static String assertion(String what, String expression, MemoryLayout layout) {
        // GCC's classes of types: 1 integer, 3 enumeration, 5 pointer, 8 floating point
        String kind = switch (layout) {
            case AddressLayout pointer -> "CLASS == 5";
            case ValueLayout.OfFloat f -> "CLASS == 8";
            case ValueLayout.OfDouble d -> "CLASS == 8";
            default -> "(CLASS == 1 || CLASS == 3)";
        };
        return "  _Static_assert(sizeof(%s) == %d && %s, \"%s differs from the header\");\n".formatted(expression,
                layout.byteSize(), kind.replace("CLASS", "__builtin_classify_type(" + expression + ")"), what);
    }

    private static FunctionDescriptor descriptor(String function) throws ReflectiveOperationException {
        return (FunctionDescriptor) Dnnl.class.getMethod(function + "$descriptor").invoke(null);
    }

    /** What the compiler says of these declarations; empty when it accepts them. */
    private String errors(String declarations) throws IOException, InterruptedException {
        Path source = Files.writeString(temp.resolve("signatures.c"),
                "#include <stdint.h>\n#include \"oneapi/dnnl/dnnl.h\"\n" + declarations);
        Process process = gcc("-std=gnu11", "-fsyntax-only", "-I", temp.toString(), source.toString());
        String messages = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? "" : messages;
    }
}
