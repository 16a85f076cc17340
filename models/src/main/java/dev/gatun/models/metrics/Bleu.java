package dev.gatun.models.metrics;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * BLEU of a corpus as sacreBLEU defines it (Papineni et al., "BLEU", 2002; Post, "A Call for Clarity in Reporting BLEU
 * Scores", 2018): tokenizer 13a, case kept, up to 4-grams, counts clipped by the reference that has most of an n-gram,
 * length of the closest reference and of equally close ones the shorter, exponential smoothing of precisions that are 0,
 *
 * <pre>
 * BLEU = 100 exp(min(0, 1 - r / h)) (p1 p2 p3 p4)^(1/4)
 * </pre>
 *
 * with {@code h} tokens in the translations and {@code r} in the references. Keeps counts only. Not for use by several
 * threads at a time.
 */
public final class Bleu {
    private static final int ORDER = 4;
    private static final Pattern SYMBOL = Pattern.compile("([{-~\\[-` -&(-+:-@/])");
    private static final Pattern AFTER_NO_DIGIT = Pattern.compile("([^0-9])([.,])");
    private static final Pattern BEFORE_NO_DIGIT = Pattern.compile("([.,])([^0-9])");
    private static final Pattern DASH_AFTER_DIGIT = Pattern.compile("([0-9])(-)");
    /** What Python's str.split takes for white space. */
    private static final Pattern SPACE = Pattern.compile("[\\s\\x1c-\\x1f\\x85\\p{Z}]+");

    private final long[] correct = new long[ORDER];
    private final long[] total = new long[ORDER];
    private long length;
    private long referenceLength;

    /** Nothing measured yet. */
    public Bleu() {}

    /**
     * Takes in a segment, a line of text.
     *
     * @param translation what is measured
     * @param references good translations, at least one
     */
    public void add(String translation, List<String> references) {
        if (references.isEmpty()) throw new IllegalArgumentException("a translation needs at least one reference");
        List<String> tokens = tokens(translation);
        List<List<String>> others = references.stream().map(Bleu::tokens).toList();
        length += tokens.size();
        referenceLength += closest(tokens.size(), others);
        for (int n = 1; n <= ORDER; n++) {
            Map<List<String>, Integer> most = new HashMap<>();
            for (List<String> r : others) counts(r, n).forEach((gram, count) -> most.merge(gram, count, Math::max));
            for (Map.Entry<List<String>, Integer> e : counts(tokens, n).entrySet()) {
                correct[n - 1] += Math.min(e.getValue(), most.getOrDefault(e.getKey(), 0));
                total[n - 1] += e.getValue();
            }
        }
    }

    private static int closest(int length, List<List<String>> references) {
        int best = references.getFirst().size();
        for (List<String> r : references) {
            int distance = Math.abs(r.size() - length) - Math.abs(best - length);
            if (distance < 0 || distance == 0 && r.size() < best) best = r.size();
        }
        return best;
    }

    private static Map<List<String>, Integer> counts(List<String> tokens, int n) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (int i = 0; i + n <= tokens.size(); i++) counts.merge(tokens.subList(i, i + n), 1, Integer::sum);
        return counts;
    }

    /** The tokens of a line by mteval-v13a: symbols stand alone, periods and commas do but inside of numbers. */
    public static List<String> tokens(String line) {
        int end = line.length();
        while (end > 0 && SPACE.matcher(line.substring(end - 1, end)).matches()) end--;
        String s = line.substring(0, end).replace("<skipped>", "").replace("-\n", "").replace("\n", " ");
        if (s.contains("&")) s = s.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
        s = SYMBOL.matcher(" " + s + " ").replaceAll(" $1 ");
        s = AFTER_NO_DIGIT.matcher(s).replaceAll("$1 $2 ");
        s = BEFORE_NO_DIGIT.matcher(s).replaceAll(" $1 $2");
        s = DASH_AFTER_DIGIT.matcher(s).replaceAll("$1 $2 ");
        List<String> tokens = new ArrayList<>(Arrays.asList(SPACE.split(s)));
        tokens.removeIf(String::isEmpty);
        return tokens;
    }

    /** Takes in all that another stream saw. */
    public void merge(Bleu other) {
        for (int n = 0; n < ORDER; n++) {
            correct[n] += other.correct[n];
            total[n] += other.total[n];
        }
        length += other.length;
        referenceLength += other.referenceLength;
    }

    /** Precisions of 1-grams to 4-grams in percent, smoothed: the first that is 0 counts as half a match, the next as a quarter. */
    public double[] precisions() {
        double[] p = new double[ORDER];
        double smooth = 1;
        if (Arrays.stream(correct).sum() == 0) return p;
        for (int n = 0; n < ORDER && total[n] > 0; n++) {
            if (correct[n] == 0) smooth *= 2;
            p[n] = 100.0 * (correct[n] == 0 ? 1 / smooth : correct[n]) / total[n];
        }
        return p;
    }

    /** The factor for translations that are too short, 0 to 1. */
    public double brevityPenalty() {
        if (length >= referenceLength) return 1;
        return length == 0 ? 0 : Math.exp(1 - (double) referenceLength / length);
    }

    /** The score, 0 to 100; 0 when no token is right, or no segment has four. */
    public double score() {
        double logarithms = 0;
        for (double p : precisions()) logarithms += Math.log(p);
        return brevityPenalty() * Math.exp(logarithms / ORDER);
    }

    /** Tokens of all translations. */
    public long length() {
        return length;
    }

    /** Tokens of all references, the closest of each segment. */
    public long referenceLength() {
        return referenceLength;
    }

    /** All of it as a JSON object. */
    public String json() {
        ObjectNode root = Json.put(Json.object(), "score", score());
        for (double p : precisions()) root.withArray("precisions").add(p);
        return root.put("brevityPenalty", brevityPenalty()).put("length", length).put("referenceLength", referenceLength).toPrettyString();
    }

    /** One line, as sacreBLEU prints it. */
    @Override
    public String toString() {
        double[] p = precisions();
        return String.format(Locale.ROOT, "BLEU = %.2f %.1f/%.1f/%.1f/%.1f (BP = %.3f ratio = %.3f hyp_len = %d ref_len = %d)", score(), p[0], p[1],
                p[2], p[3], brevityPenalty(), referenceLength == 0 ? 0 : (double) length / referenceLength, length, referenceLength);
    }
}
