package dev.gatun.models.data.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CleaningTest {
    private static final String PROSE = "When the train came into the station the people who had been waiting in the rain took their bags and went to the doors. "
            + "Nobody said a word until the wheels were turning again, and then all of them began to talk at once about the weather, the news "
            + "and what they were going to do when they got home to their families in the evening.";

    @TempDir
    Path dir;

    private static String words(Random random, int count) {
        return IntStream.range(0, count).mapToObj(i -> "zq" + random.nextInt(5_000)).collect(Collectors.joining(" "));
    }

    /** Some words replaced. */
    private static String changed(String text, Random random, int count) {
        String[] words = text.split(" ");
        for (int i = 0; i < count; i++) words[random.nextInt(words.length)] = "new" + random.nextInt(10_000);
        return String.join(" ", words);
    }

    private static double jaccard(String a, String b) {
        List<Set<String>> sets = new ArrayList<>();
        for (String s : List.of(a, b)) {
            String[] w = s.split(" ");
            Set<String> runs = new HashSet<>();
            for (int i = 0; i + 5 <= w.length; i++) runs.add(String.join(" ", List.of(w).subList(i, i + 5)));
            sets.add(runs);
        }
        Set<String> both = new HashSet<>(sets.get(0));
        both.retainAll(sets.get(1));
        return (double) both.size() / (sets.get(0).size() + sets.get(1).size() - both.size());
    }

    /** Against the Jaccard index itself: what is well above the threshold is found, what is well below it is kept. */
    @Test
    void nearDuplicatesAreThoseThatShareMostOfTheirRuns() {
        Random random = new Random(8);
        int found = 0;
        int above = 0;
        for (int i = 0; i < 300; i++) {
            String text = words(random, 300);
            String other = changed(text, random, random.nextInt(40));
            double j = jaccard(text, other);
            NearDuplicates d = new NearDuplicates(0.7);
            assertThat(d.add(text)).isTrue();
            boolean isNew = d.add(other);
            if (j < 0.5) assertThat(isNew).as("index " + j).isTrue();
            if (j > 0.85) {
                above++;
                if (!isNew) found++;
            }
        }
        assertThat(above).isGreaterThan(30);
        assertThat(found).isGreaterThanOrEqualTo(above - 1);
    }

    @Test
    void amongManyTextsOnlyTheCopiesGo() {
        Random random = new Random(9);
        NearDuplicates d = new NearDuplicates(0.8);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            texts.add(words(random, 80));
            assertThat(d.add(texts.get(i))).isTrue();
        }
        for (int i = 0; i < 500; i += 7) assertThat(d.add(texts.get(i).toUpperCase(java.util.Locale.ROOT).replace(" ", ",  "))).isFalse();
        assertThat(d.add("")).isTrue();
        assertThat(d.add("short")).isTrue();
        assertThat(d.add("short")).isFalse();
        assertThatThrownBy(() -> new NearDuplicates(0)).hasMessageContaining("similarity");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "en | The children went to the garden with their mother and it was a day that they would not forget.",
        "de | Die Kinder gingen mit ihrer Mutter in den Garten und es war ein Tag, den sie nicht vergessen werden.",
        "fr | Les enfants sont allés dans le jardin avec leur mère et ce fut une journée que nous ne pouvons pas oublier.",
        "es | Los niños fueron al jardín con su madre y fue un día que no se puede olvidar para ellos.",
        "it | I bambini sono andati nel giardino con la madre ed è stato un giorno che non si può dimenticare.",
        "pt | As crianças foram para o jardim com a mãe e foi um dia que elas não vão esquecer.",
        "nl | De kinderen gingen met hun moeder naar de tuin en het was een dag die ze niet zullen vergeten.",
        "ru | Дети пошли в сад с матерью, и это был день, который они не забудут.",
        "el | Τα παιδιά πήγαν στον κήπο με τη μητέρα τους.",
        "ja | 子どもたちは母と一緒に庭へ行きました。",
        "zh | 孩子们和妈妈一起去了花园",
        "ar | ذهب الأطفال إلى الحديقة مع أمهم",
        "unknown | 12 34 56 == {} xkcd qqq zzz",
    })
    void languagesAreToldApart(String code, String text) {
        assertThat(Language.of(text)).isEqualTo(code);
    }

    @Test
    void proseIsKeptAndNoiseIsNot() {
        TextFilter f = new TextFilter.Quality();
        assertThat(f.reason(PROSE)).isNull();
        assertThat(f.reason("Too few words.")).isEqualTo("few words");
        assertThat(f.reason("a ".repeat(100))).isEqualTo("unusual length of words");
        assertThat(f.reason("12345 ".repeat(60) + PROSE)).isEqualTo("few letters");
        assertThat(f.reason("#tag words here now ".repeat(30))).isEqualTo("symbols");
        assertThat(f.reason(("- one item of many in a list\n").repeat(3) + ("- " + PROSE + "\n").repeat(1) + "- last one\n")).isEqualTo("bullets");
        assertThat(f.reason((PROSE.substring(0, 80) + "\n").repeat(10))).isEqualTo("repeated lines");
        assertThat(f.reason(PROSE.replace(". ", " ...\n").replace(", ", " ...\n"))).isEqualTo("lines cut short");
    }

    @Test
    void theReportCountsWhatWasDroppedAndWhy() throws IOException {
        Path in = dir.resolve("in.jsonl");
        StringBuilder lines = new StringBuilder();
        Random random = new Random(3);
        String long1 = words(random, 100);
        for (String s : List.of(PROSE, "short", PROSE + "  ", long1, changed(long1, random, 1), "Die Kinder gingen mit der Mutter in den Garten und es war ein Tag.")) {
            lines.append("{\"text\": \"").append(s).append("\"}\n");
        }
        Files.writeString(in, lines);
        Path out = dir.resolve("out.jsonl");
        Cleaning c = new Cleaning(List.of(new TextFilter.Length(10, 10_000), new TextFilter.Languages(Set.of("en", "de"))), true, Optional.of(0.8));
        Cleaning.Report r = c.run(Documents.of(in, "text"), out);
        assertThat(r.documents()).isEqualTo(6);
        assertThat(r.kept()).isEqualTo(2);
        assertThat(r.dropped()).isEqualTo(Map.of("too short", 1L, "duplicate", 1L, "language unknown", 2L));
        assertThat(r.examples().get("too short")).containsExactly(in + ":2");
        List<String> kept = new ArrayList<>();
        Documents.of(out, "text").texts().forEach(kept::add);
        assertThat(kept).hasSize(2).first().isEqualTo(PROSE);
        Cleaning near = new Cleaning(List.of(), true, Optional.of(0.8));
        assertThat(near.run(Documents.of(in, "text"), out).dropped()).isEqualTo(Map.of("duplicate", 1L, "near duplicate", 1L));
        byte[] before = Files.readAllBytes(out);
        Files.writeString(in, "{\"text\": \"fine\"}\nbroken\n");
        assertThatThrownBy(() -> c.run(Documents.of(in, "text"), out)).isInstanceOf(DataException.class).hasMessageContaining("in.jsonl:2");
        assertThat(Files.readAllBytes(out)).isEqualTo(before);
    }

    @Test
    void whatIsNoFilterIsRefused() {
        assertThatThrownBy(() -> new TextFilter.Languages(Set.of("xx"))).hasMessageContaining("no language xx").hasMessageContaining("en");
        assertThatThrownBy(() -> new TextFilter.Length(5, 4)).hasMessageContaining("5 to 4");
    }
}
