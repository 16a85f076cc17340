package dev.gatun.graph.ops;

/** Rearranges elements without computing. Most views cost nothing: their reader is given other strides. */
public sealed interface View extends Op permits Reshape, Transpose, Broadcast, Slice, Split {}
