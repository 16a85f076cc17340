package dev.gatun.models.text;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.models.checkpoint.AtomicFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Writes {@code tokenizer.json}. */
final class TokenizerWriter {
    private TokenizerWriter() {}

    static void write(Definition d, Path file) throws IOException {
        AtomicFile.write(file, channel -> {
            BufferedOutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
            JsonGenerator json = new ObjectMapper().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            for (String name : List.of("version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
                    "post_processor", "decoder")) {
                json.writeFieldName(name);
                JsonNode part = d.settings().get(name);
                if (part != null) json.writeTree(part);
                else if (name.equals("version")) json.writeString("1.0");
                else if (name.equals("added_tokens")) json.writeTree(d.settings().arrayNode());
                else json.writeNull();
            }
            model(json, d);
            json.writeEndObject();
            json.close();
            out.flush();
        });
    }

    private static void model(JsonGenerator json, Definition d) throws IOException {
        ObjectNode model = (ObjectNode) d.settings().get("model");
        json.writeObjectFieldStart("model");
        for (Map.Entry<String, JsonNode> p : model.properties()) {
            json.writeFieldName(p.getKey());
            json.writeTree(p.getValue());
        }
        List<Map.Entry<String, Integer>> tokens = d.vocabulary().entrySet().stream().sorted(Map.Entry.comparingByValue()).toList();
        String[] names = new String[tokens.getLast().getValue() + 1];
        json.writeObjectFieldStart("vocab");
        for (Map.Entry<String, Integer> t : tokens) {
            json.writeNumberField(t.getKey(), t.getValue());
            names[t.getValue()] = t.getKey();
        }
        json.writeEndObject();
        if (model.path("type").asText().equals("BPE")) merges(json, d.merges(), names);
        json.writeEndObject();
    }

    /** Merges by rank; those of one rank, which rank files have, by their tokens' numbers. */
    private static void merges(JsonGenerator json, LongMap merges, String[] names) throws IOException {
        long[][] rows = new long[merges.size()][];
        int[] n = {0};
        merges.forEach((pair, merged) -> rows[n[0]++] = new long[] {merged >>> 32, pair});
        Arrays.sort(rows, Comparator.<long[]>comparingLong(r -> r[0]).thenComparingLong(r -> r[1]));
        json.writeArrayFieldStart("merges");
        for (long[] r : rows) {
            json.writeStartArray();
            json.writeString(names[(int) (r[1] >>> 32)]);
            json.writeString(names[(int) r[1]]);
            json.writeEndArray();
        }
        json.writeEndArray();
    }
}
