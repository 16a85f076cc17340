package dev.gatun.graph.schedule;

import java.util.List;
import java.util.Map;

/**
 * A graph as steps over buffers, before addresses are given.
 *
 * @param name the graph's name
 * @param buffers all buffers, by number
 * @param steps in order of execution
 * @param inputs buffer of each data input and state, by name
 * @param results buffer of each output, by name
 */
public record Schedule(
        String name,
        List<Buffer> buffers,
        List<Step> steps,
        Map<String, Integer> inputs,
        Map<String, Integer> results) {}
