/** What to compute: types, IR, ops, autodiff, passes, fusion and memory plan. Pure data; runs anywhere. */
module dev.gatun.graph {
    exports dev.gatun.graph.types;
    exports dev.gatun.graph.ops;
    exports dev.gatun.graph.schedule;
}
