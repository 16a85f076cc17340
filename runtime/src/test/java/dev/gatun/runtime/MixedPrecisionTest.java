package dev.gatun.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gatun.bindings.OneDnnLibrary;
import dev.gatun.graph.ir.Graph;
import dev.gatun.runtime.reference.Interpreter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products in bf16: 8 significant bits, so that each operand is off by up to 2^-9 of itself. */
class MixedPrecisionTest {
    private static final double TOLERANCE = 2e-2;
    private static Compiler compiler;

    @BeforeAll
    static void open() {
        assumeThat(OneDnnLibrary.probe()).isInstanceOf(OneDnnLibrary.Ready.class);
        compiler = new Compiler(Backend.ONEDNN, Precision.BF16, 2);
    }

    @AfterAll
    static void close() {
        if (compiler != null) compiler.close();
    }

    static List<OpCase> products() {
        return OpCase.all().stream().filter(c -> c.name().contains("matmul") || c.name().contains("linear") || c.name().startsWith("loop: lstm") || c.name().contains("attention")).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("products")
    void productsStayWithinTheirPrecision(OpCase c) {
        Graph g = OpCaseTest.graph(c);
        Map<String, double[]> in = OpCaseTest.inputs(c, g);
        Map<String, double[]> expected = new Interpreter(g, false).run(in);
        try (Executable e = compiler.compile(g)) {
            OpCaseTest.write(e, g, in);
            e.run("case");
            expected.forEach((name, want) -> {
                float[] got = new float[want.length];
                e.read("case", name, got);
                double scale = 1;
                for (double w : want) scale = Math.max(scale, Math.abs(w));
                for (int i = 0; i < want.length; i++) {
                    assertThat((double) got[i]).as(name + "[" + i + "]").isCloseTo(want[i], within(TOLERANCE * scale));
                }
            });
        }
    }
}
