package dev.gatun.models.data.documents;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.gatun.models.checkpoint.AtomicFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Keeps the documents that pass filters and are not there twice, and counts why the others were dropped.
 *
 * @param filters in their order; the first that refuses a document is the reason
 * @param exact whether documents that are the same are dropped
 * @param similarity smallest similarity of documents of which one is dropped ({@link NearDuplicates}); empty for none
 */
public record Cleaning(List<TextFilter> filters, boolean exact, Optional<Double> similarity) {
    private static final int EXAMPLES = 5;

    public Cleaning {
        filters = List.copyOf(filters);
    }

    /**
     * What was done.
     *
     * @param documents all of them
     * @param kept those that were written
     * @param characters in those (UTF-16)
     * @param dropped how many for which reason
     * @param examples names of the first few that were dropped for a reason
     */
    public record Report(long documents, long kept, long characters, Map<String, Long> dropped, Map<String, List<String>> examples) {}

    /**
     * Writes the documents that are kept as lines of JSON with a field {@code text}; the file appears whole or not at all.
     */
    public Report run(Iterable<Document> documents, Path out) throws IOException {
        Counts counts = new Counts();
        AtomicFile.write(out, channel -> {
            OutputStream stream = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
            JsonGenerator json = new JsonFactory().createGenerator(stream).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.setRootValueSeparator(null);
            StringBuilder whole = new StringBuilder();
            for (Document d : documents) {
                whole.append(d.text());
                if (!d.ends()) continue;
                if (counts.keeps(d.name(), whole.toString())) {
                    json.writeStartObject();
                    json.writeStringField("text", whole.toString());
                    json.writeEndObject();
                    json.writeRaw('\n');
                }
                whole.setLength(0);
            }
            json.close();
            stream.flush();
        });
        return new Report(counts.documents, counts.kept, counts.characters, counts.dropped, counts.examples);
    }

    /** The state of one run. */
    private final class Counts {
        private final ExactDuplicates same = new ExactDuplicates();
        private final Optional<NearDuplicates> alike = similarity.map(NearDuplicates::new);
        private final Map<String, Long> dropped = new TreeMap<>();
        private final Map<String, List<String>> examples = new TreeMap<>();
        private long documents;
        private long kept;
        private long characters;

        boolean keeps(String name, String text) {
            documents++;
            String reason = reason(text);
            if (reason == null) {
                kept++;
                characters += text.length();
                return true;
            }
            dropped.merge(reason, 1L, Long::sum);
            List<String> some = examples.computeIfAbsent(reason, r -> new ArrayList<>());
            if (some.size() < EXAMPLES) some.add(name);
            return false;
        }

        private String reason(String text) {
            for (TextFilter f : filters) {
                String reason = f.reason(text);
                if (reason != null) return reason;
            }
            if (exact && !same.add(text)) return "duplicate";
            return alike.isPresent() && !alike.get().add(text) ? "near duplicate" : null;
        }
    }
}
