/** What to compute: types, IR, ops, autodiff, passes, fusion and memory plan. Pure data; runs anywhere. */
module dev.gatun.graph {
    exports dev.gatun.graph.types;
    exports dev.gatun.graph.ops;
    exports dev.gatun.graph.ir;
    exports dev.gatun.graph.trace;
    exports dev.gatun.graph.autodiff;
    exports dev.gatun.graph.plan;
    exports dev.gatun.graph.passes;
    exports dev.gatun.graph.schedule;
}
