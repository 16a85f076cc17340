package dev.gatun.runtime;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.schedule.Schedule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A schedule with the buffers callers know of and no steps, for a backend that interprets the graph itself. */
final class Pinned {
    private Pinned() {}

    static Schedule schedule(Graph graph) {
        List<Buffer> buffers = new ArrayList<>();
        Map<String, Integer> inputs = new LinkedHashMap<>();
        Map<String, Integer> results = new LinkedHashMap<>();
        for (Input in : graph.inputs()) {
            Buffer.Kind kind = in.role() == Input.Role.STATE ? Buffer.Kind.STATE : Buffer.Kind.DATA;
            inputs.put(in.name(), buffers.size());
            buffers.add(new Buffer(buffers.size(), in.name(), kind, in.value().type().dtype(), in.value().type().elements()));
        }
        for (Output out : graph.outputs()) {
            if (out.update()) continue;
            results.put(out.name(), buffers.size());
            buffers.add(new Buffer(buffers.size(), out.name(), Buffer.Kind.RESULT, out.value().type().dtype(), out.value().type().elements()));
        }
        return new Schedule(graph.name(), buffers, List.of(), inputs, results);
    }
}
