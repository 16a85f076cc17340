package dev.gatun.models.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BleuTest {
    /** The example of sacreBLEU's own documentation, with what it prints. */
    @Test
    void theKnownExampleGetsItsKnownScore() {
        List<String> translations = List.of("The dog bit the man.", "It wasn't surprising.", "The man had just bitten him.");
        List<List<String>> references = List.of(List.of("The dog bit the man.", "The dog had bit the man."),
                List.of("It was not unexpected.", "No one was surprised."), List.of("The man bit him first.", "The man had bitten the dog."));
        Bleu b = new Bleu();
        for (int i = 0; i < 3; i++) b.add(translations.get(i), references.get(i));
        assertThat(b).hasToString("BLEU = 48.53 82.4/50.0/45.5/37.5 (BP = 0.943 ratio = 0.944 hyp_len = 17 ref_len = 18)");
        assertThat(b.score()).isCloseTo(48.530827009929865, within(1e-10));
        assertThat(b.score()).isCloseTo(naive(translations, references), within(1e-10));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, value = {
        "Hello, world!|Hello , world !", "It's 3.14, or 1,000.5.|It's 3.14 , or 1,000.5 .", "a-b 3-4 10-fold|a-b 3 - 4 10 - fold",
        "&quot;x&amp;y&lt;z&gt;|\" x & y < z >", "(a)[b]{c}~|( a ) [ b ] { c } ~", "e.g. this...|e . g . this . . .", " two  spaces |two spaces",
        "<skipped>gone|gone", "$5.00 @me #1 50%|$ 5.00 @ me # 1 50 %", "naïve — “quoted” €5|naïve — “quoted” €5", "x\u00a0y\u3000z|x y z", "''|''"})
    void linesAreCutAsMteval13aDoes(String line, String tokens) {
        assertThat(String.join(" ", Bleu.tokens(line))).isEqualTo(tokens);
        assertThat(String.join(" ", cut(line))).as("the second implementation").isEqualTo(tokens);
    }

    /** The same rules, character by character: a symbol, then a character and a period, then a period and a character ... */
    private static List<String> cut(String line) {
        String s = " " + line.strip().replace("<skipped>", "").replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">") + " ";
        StringBuilder symbols = new StringBuilder();
        for (char c : s.toCharArray()) {
            boolean alone = c >= '{' && c <= '~' || c >= '[' && c <= '`' || c >= ' ' && c <= '&' || c >= '(' && c <= '+' || c >= ':' && c <= '@' || c == '/';
            symbols.append(alone ? " " + c + " " : "" + c);
        }
        String after = pairs(symbols.toString(), (a, b) -> !digit(a) && mark(b), " ", " ", false);
        String before = pairs(after, (a, b) -> mark(a) && !digit(b), " ", "", true);
        String dashed = pairs(before, (a, b) -> digit(a) && b == '-', " ", " ", false);
        List<String> tokens = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        for (char c : (dashed + " ").toCharArray()) {
            if (!Character.isWhitespace(c) && !Character.isSpaceChar(c)) {
                word.append(c);
            } else if (!word.isEmpty()) {
                tokens.add(word.toString());
                word.setLength(0);
            }
        }
        return tokens;
    }

    private interface Pair {
        boolean fits(char a, char b);
    }

    /** Puts a space between the characters of fitting pairs, and before or behind them; pairs do not overlap. */
    private static String pairs(String s, Pair rule, String between, String behind, boolean before) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            if (i + 1 < s.length() && rule.fits(s.charAt(i), s.charAt(i + 1))) {
                out.append(before ? " " : "").append(s.charAt(i)).append(between).append(s.charAt(i + 1)).append(behind);
                i++;
            } else {
                out.append(s.charAt(i));
            }
        }
        return out.toString();
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean mark(char c) {
        return c == '.' || c == ',';
    }

    /** BLEU by its definition, with lists that are searched instead of maps. */
    private static double naive(List<String> translations, List<List<String>> references) {
        double length = 0;
        double wanted = 0;
        double[] right = new double[5];
        double[] all = new double[5];
        for (int s = 0; s < translations.size(); s++) {
            List<String> t = cut(translations.get(s));
            List<List<String>> refs = references.get(s).stream().map(BleuTest::cut).toList();
            length += t.size();
            List<Integer> lengths = new ArrayList<>(refs.stream().map(List::size).toList());
            lengths.sort((a, b) -> Math.abs(a - t.size()) == Math.abs(b - t.size()) ? a - b : Math.abs(a - t.size()) - Math.abs(b - t.size()));
            wanted += lengths.getFirst();
            for (int order = 1; order <= 4; order++) {
                int n = order;
                List<String> grams = grams(t, n);
                all[n] += grams.size();
                for (String g : grams.stream().distinct().toList()) {
                    int most = refs.stream().mapToInt(r -> Collections.frequency(grams(r, n), g)).max().orElseThrow();
                    right[n] += Math.min(most, Collections.frequency(grams, g));
                }
            }
        }
        if (right[1] == 0) return 0;
        double product = 1;
        double half = 1;
        for (int n = 1; n <= 4; n++) {
            if (all[n] == 0) return 0;
            if (right[n] == 0) half /= 2;
            product *= (right[n] == 0 ? half : right[n]) / all[n];
        }
        return 100 * Math.sqrt(Math.sqrt(product)) * (length < wanted ? Math.exp(1 - wanted / length) : 1);
    }

    private static List<String> grams(List<String> tokens, int n) {
        List<String> grams = new ArrayList<>();
        for (int i = 0; i + n <= tokens.size(); i++) grams.add(String.join("\u0001", tokens.subList(i, i + n)));
        return grams;
    }

    @Test
    void randomCorporaScoreAsTheDefinitionSaysAlsoInParts() {
        Random r = new Random(1);
        String[] words = {"the", "a", "cat", "sat.", "1,000", "on", "mat,", "(or", "so)", "2-3", "it's", "&amp;"};
        for (int corpus = 0; corpus < 300; corpus++) {
            List<String> translations = new ArrayList<>();
            List<List<String>> references = new ArrayList<>();
            Bleu whole = new Bleu();
            Bleu[] parts = {new Bleu(), new Bleu()};
            int few = 2 + r.nextInt(words.length - 2);
            for (int i = 0; i < 1 + corpus % 5; i++) {
                translations.add(line(r, words, few));
                references.add(java.util.stream.Stream.generate(() -> line(r, words, few)).limit(1 + r.nextInt(3)).toList());
                whole.add(translations.get(i), references.get(i));
                parts[i % 2].add(translations.get(i), references.get(i));
            }
            assertThat(whole.score()).as("%s %s", translations, references).isCloseTo(naive(translations, references), within(1e-9));
            parts[1].merge(parts[0]);
            assertThat(parts[1]).hasToString(whole.toString());
        }
    }

    private static String line(Random r, String[] words, int few) {
        return r.ints(r.nextInt(12), 0, few).mapToObj(i -> words[i]).collect(Collectors.joining(" "));
    }

    @Test
    void edgesHaveTheScoresOfTheDefinition() {
        Bleu none = new Bleu();
        assertThat(none.score()).isZero();
        Bleu empty = new Bleu();
        empty.add("", List.of("a b c d"));
        assertThat(empty.score()).isZero();
        assertThat(empty.brevityPenalty()).isZero();
        Bleu same = new Bleu();
        same.add("a b c d", List.of("a b c d"));
        assertThat(same.score()).isCloseTo(100, within(1e-9));
        Bleu threeWords = new Bleu();
        threeWords.add("a b c", List.of("a b c"));
        assertThat(threeWords.score()).as("no 4-gram anywhere").isZero();
        Bleu smoothed = new Bleu(); // 1-grams 2 of 5; then half of 4, a quarter of 3, an eighth of 2
        smoothed.add("a x b y z", List.of("b a q r s"));
        assertThat(smoothed.precisions()).containsExactly(new double[] {40, 100 / 2.0 / 4, 100 / 4.0 / 3, 100 / 8.0 / 2}, within(1e-12));
        Bleu clipped = new Bleu();
        clipped.add("the the the the the the the", List.of("The cat is on the mat", "there is a cat on the mat"));
        assertThat(clipped.precisions()[0]).as("the reference with most has one").isCloseTo(100 / 7.0, within(1e-12));
        assertThatThrownBy(() -> new Bleu().add("a", List.of())).hasMessageContaining("at least one reference");
    }
}
