/** Layers, optimizers, data, tokenizers, training loop, checkpoints and ready models. */
module dev.gatun.models {
    requires transitive dev.gatun.graph;
    requires transitive dev.gatun.runtime;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.google.protobuf;
    requires java.desktop; // ImageIO
    requires jdk.jfr;

    exports dev.gatun.models.layers;
    exports dev.gatun.models.metrics;
    exports dev.gatun.models.optim;
    exports dev.gatun.models.language;
    exports dev.gatun.models.gpt;
    exports dev.gatun.models.llama;
    exports dev.gatun.models.mlp;
    exports dev.gatun.models.rnn;
    exports dev.gatun.models.lora;
    exports dev.gatun.models.vision;
    exports dev.gatun.models.text;
    exports dev.gatun.models.data;
    exports dev.gatun.models.data.audio;
    exports dev.gatun.models.data.documents;
    exports dev.gatun.models.data.features;
    exports dev.gatun.models.data.shards;
    exports dev.gatun.models.data.table;
    exports dev.gatun.models.data.video;
    exports dev.gatun.models.data.image;
    exports dev.gatun.models.bert;
    exports dev.gatun.models.chart;
    exports dev.gatun.models.checkpoint;
    exports dev.gatun.models.events;
    exports dev.gatun.models.formats;
    exports dev.gatun.models.generate;
    exports dev.gatun.models.onnx;
    exports dev.gatun.models.train;
    exports dev.gatun.models.tasks;
    exports dev.gatun.models.ready;
    exports dev.gatun.models.artifact;
    exports dev.gatun.models.report;
    exports dev.gatun.models.search;

    uses dev.gatun.models.data.TextFormat;
}
