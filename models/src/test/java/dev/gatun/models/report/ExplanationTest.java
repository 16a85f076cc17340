package dev.gatun.models.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.models.ready.ReadyModels;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Explanation;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExplanationTest {
    /** Values that are computed again give all of them new numbers. */
    @Test
    void buffersAreNamedAfterValuesOfTheLastGraph() throws IOException {
        try (Compiler compiler = new Compiler(Backend.SIMD, 1)) {
            Explanation told = compiler.explain(ReadyModels.standard().open("gpt-baby", 0).graph("train"));
            assertThat(told.stages().getLast().name()).isEqualTo("recompute");
            Graph last = told.stages().getLast().graph();
            Map<String, Long> bytes = new HashMap<>();
            for (Node n : last.nodes()) {
                for (Value v : n.results()) bytes.put(v.toString(), v.type().bytes());
            }
            assertThat(told.plan().buffers()).filteredOn(b -> b.kind() == Buffer.Kind.TEMPORARY && b.name().startsWith("%"))
                    .hasSizeGreaterThan(50).allSatisfy(b -> assertThat(bytes).containsEntry(b.name(), b.bytes()));
        }
    }
}
