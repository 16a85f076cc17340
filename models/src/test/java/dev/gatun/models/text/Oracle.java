package dev.gatun.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;

/** Hugging Face's own tokenizers, as what is right. */
final class Oracle implements AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;

    private Oracle(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** Opens a file; the calling test is skipped, with the reason, where the native library does not load. */
    static Oracle open(Path file) throws IOException {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
        try {
            return new Oracle(HuggingFaceTokenizer.newInstance(file, Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false")));
        } catch (LinkageError | EngineException | IllegalStateException e) {
            return Assumptions.abort("the native library of ai.djl.huggingface:tokenizers does not load here: " + e);
        }
    }

    int[] encode(String text) {
        return ids(tokenizer.encode(text, false, false));
    }

    TokenRow frame(String text) {
        Encoding e = tokenizer.encode(text, true, false);
        return new TokenRow(ids(e), ints(e.getTypeIds()));
    }

    TokenRow frame(String first, String second) {
        Encoding e = tokenizer.encode(first, second, true, false);
        return new TokenRow(ids(e), ints(e.getTypeIds()));
    }

    String decode(int[] tokens, boolean special) {
        return tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), !special);
    }

    private static int[] ids(Encoding e) {
        return ints(e.getIds());
    }

    private static int[] ints(long[] row) {
        return Arrays.stream(row).mapToInt(Math::toIntExact).toArray();
    }

    /** Checks that a tokenizer says the same of each text, of its tokens, and of random tokens. */
    void agrees(SubwordTokenizer ours, List<String> texts) {
        SplittableRandom random = new SplittableRandom(7);
        for (String text : texts) {
            int[] expected = encode(text);
            int[] found = ours.encode(text);
            if (!Arrays.equals(expected, found)) {
                assertThat(Arrays.stream(found).mapToObj(ours::name)).as("tokens of %s", quote(text))
                        .containsExactlyElementsOf(Arrays.stream(expected).mapToObj(ours::name).toList());
            }
            assertThat(ours.decode(found)).as("decoded %s", quote(text)).isEqualTo(decode(found, true));
            assertThat(ours.decode(found, false)).isEqualTo(decode(found, false));
            int[] drawn = random.ints(random.nextInt(1, 12), 0, ours.vocabulary()).toArray();
            assertThat(ours.decode(drawn)).as("decoded %s", Arrays.toString(drawn)).isEqualTo(decode(drawn, true));
        }
    }

    static String quote(String text) {
        StringBuilder s = new StringBuilder("\"");
        text.codePoints().forEach(c -> s.append(c >= 0x20 && c < 0x7F ? Character.toString(c) : String.format("\\u{%X}", c)));
        return s.append('"').toString();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
