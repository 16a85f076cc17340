package dev.gatun.graph.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.TestPrograms;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.AttentionGrad;
import dev.gatun.graph.ops.FusedMatMul;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.schedule.Fuser;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanReaderTest {
    private static ExecutionPlan plan(Graph graph, Predicate<Op> claims, boolean mixed) {
        return MemoryPlan.plan(List.of(Fuser.schedule(Pipeline.standard(claims, mixed).run(graph)))).getFirst();
    }

    private static ExecutionPlan small() {
        return plan(Tracer.trace("small", t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, 3, 5));
            Tensor y = x.matmul(t.state("w", TensorType.of(DType.F32, 5, 7))).exp();
            t.output("y", y.div(y.sum(List.of(1))));
        }), op -> false, false);
    }

    private static ExecutionPlan scanned() {
        return plan(Tracer.trace("scan", t -> {
            Tensor w = t.state("w", TensorType.of(DType.F32, 4, 4));
            Scan.Turn turn = Scan.over(List.of(t.state("h", TensorType.of(DType.F32, 2, 4))), List.of(t.data("x", TensorType.of(DType.F32, 6, 2, 4))),
                    true, (carries, slices) -> {
                        Tensor h = carries.getFirst().matmul(w).add(slices.getFirst()).tanh();
                        return new Scan.Turn(List.of(h), List.of(h));
                    });
            t.output("y", turn.outputs().getFirst());
        }), op -> false, false);
    }

    @Test
    void plansAreReadBackAsTheyWere() {
        Predicate<Op> claims = op -> op instanceof Attention || op instanceof AttentionGrad || op instanceof FusedMatMul;
        Graph transformer = TestPrograms.transformer(2, 2, 8, 16, 11);
        for (ExecutionPlan p : List.of(small(), scanned(), plan(transformer, claims, true), plan(transformer, op -> false, false))) {
            assertThat(PlanReader.read(PlanWriter.write(p))).isEqualTo(p);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "gatun-plan\\t2 | gatun-plan\\t3 | the plan is of version 3, this Gatun reads version 2",
        "gatun-plan | something | this is no plan",
        "f32\\t15\\t | f32\\t-15\\t | buffer 0 has -15 elements",
        "f32\\t15\\t0\\t | f32\\t15\\t32\\t | buffer 0 lies at 32, no multiple of 64",
        "f32\\t15\\t0\\t | f32\\t15\\t640000\\t | buffer 0 ends at 640060, the arena at",
        "input\\t0\\tx | input\\t99\\tx | x is buffer 99 of",
        "input\\t1\\tw | input\\t1\\tx | two inputs are named x",
        "0:f32:0:3,5:5,1 | 0:f32:1:3,5:5,1 | elements 1 to 15 of buffer 0, which has 15",
        "0:f32:0:3,5:5,1 | 0:f32:0:3,5:-5,1 | strides [-5, 1]",
        "0:f32:0:3,5:5,1 | 0:bf16:0:3,5:5,1 | buffer 0 holds f32, not bf16",
        "0:f32:0:3,5:5,1 | 77:f32:0:3,5:5,1 | buffer 77 of",
        "0:f32:0:3,5:5,1 | 0:f32:0:5,3:3,1 | MatMul of [f32[5,3], f32[5,7]]: inner dimensions differ",
        "MatMul[ | Fly[ | unknown op Fly",
        "reduce\\tSUM | reduce\\tPRODUCT | PRODUCT",
        "store\\t | melt\\t | no instruction melt",
        "end | and | line",
    })
    void whatIsNoPlanIsRefused(String from, String to, String message) {
        String text = PlanWriter.write(small());
        String before = from.replace("\\t", "\t");
        assertThat(text).contains(before);
        String broken = text.replaceFirst(java.util.regex.Pattern.quote(before), java.util.regex.Matcher.quoteReplacement(to.replace("\\t", "\t")));
        assertThatThrownBy(() -> PlanReader.read(broken)).isInstanceOf(PlanException.class).hasMessageContaining(message);
    }

    @Test
    void aLoopOfStepsMustStayInItsBuffers() {
        String text = PlanWriter.write(scanned());
        assertThat(text).contains("\t-32\t0\t0\t");
        assertThatThrownBy(() -> PlanReader.read(text.replace("\t-32\t0\t0\t", "\t-64\t0\t0\t")))
                .isInstanceOf(PlanException.class).hasMessageContaining("a body's buffer moves over bytes");
    }

    /** Damage of any kind gives the one exception, or a plan that differs from the true one without breaking a rule. */
    @Test
    void damagedPlansGiveAClearError() {
        String text = PlanWriter.write(scanned());
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            StringBuilder broken = new StringBuilder(text);
            int at = random.nextInt(text.length());
            switch (i % 3) {
                case 0 -> broken.setLength(at);
                case 1 -> broken.setCharAt(at, (char) (' ' + random.nextInt(90)));
                default -> broken.deleteCharAt(at);
            }
            try {
                PlanReader.read(broken.toString());
            } catch (PlanException e) {
                assertThat(e).message().isNotBlank();
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(150);
    }
}
