package dev.gatun.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BpeTrainerTest {
    @TempDir
    private Path folder;

    private static List<String> documents() throws IOException {
        String prose = Prose.read(500_000);
        List<String> all = new ArrayList<>(new VariedText(3, prose).strings(20_000));
        all.add(prose);
        return all;
    }

    @Test
    void theVocabularyDoesNotDependOnThreadsOrOnTheOrderOfDocuments() throws IOException {
        List<String> documents = documents();
        BpeTrainer trainer = BpeTrainer.of(4000, WordPattern.LLAMA3).special("<|endoftext|>", "<|pad|>");
        trainer.threads(1).train(documents).write(folder.resolve("one.json"));
        for (int threads : new int[] {2, 3, 7}) {
            trainer.threads(threads).train(documents).write(folder.resolve("many.json"));
            assertThat(Files.mismatch(folder.resolve("one.json"), folder.resolve("many.json"))).isEqualTo(-1);
        }
        trainer.threads(2).train(documents.reversed()).write(folder.resolve("many.json"));
        assertThat(Files.mismatch(folder.resolve("one.json"), folder.resolve("many.json"))).isEqualTo(-1);
    }

    /** Counts every pair anew before each merge. */
    private static List<String> slowly(Map<String, Integer> words, int merges) {
        Map<String, Integer> numbers = new HashMap<>();
        for (char c = 0; c < 0x144; c++) {
            if (ByteAlphabet.byteOf(c) >= 0) numbers.put(String.valueOf(c), numbers.size());
        }
        List<List<String>> spelled = new ArrayList<>();
        List<Integer> counts = new ArrayList<>();
        words.forEach((w, n) -> {
            spelled.add(new ArrayList<>(List.of(w.split(""))));
            counts.add(n);
        });
        List<String> made = new ArrayList<>();
        while (made.size() < merges) {
            Map<Long, Integer> pairs = new TreeMap<>();
            for (int w = 0; w < spelled.size(); w++) {
                List<String> s = spelled.get(w);
                for (int i = 0; i + 1 < s.size(); i++) {
                    pairs.merge(LongMap.pair(numbers.get(s.get(i)), numbers.get(s.get(i + 1))), counts.get(w), Integer::sum);
                }
            }
            long best = -1;
            for (Map.Entry<Long, Integer> p : pairs.entrySet()) { // ascending: the first of equal counts stays
                if (p.getValue() >= 2 && (best < 0 || p.getValue() > pairs.get(best))) best = p.getKey();
            }
            if (best < 0) return made;
            long pair = best;
            String left = numbers.entrySet().stream().filter(e -> e.getValue() == (int) (pair >>> 32)).findFirst().orElseThrow().getKey();
            String right = numbers.entrySet().stream().filter(e -> e.getValue() == (int) pair).findFirst().orElseThrow().getKey();
            made.add(left + right);
            numbers.putIfAbsent(left + right, numbers.size());
            for (List<String> s : spelled) {
                for (int i = 0; i + 1 < s.size(); i++) {
                    if (s.get(i).equals(left) && s.get(i + 1).equals(right)) {
                        s.set(i, left + right);
                        s.remove(i + 1);
                    }
                }
            }
        }
        return made;
    }

    @Test
    void countsKeptUpAreTheCountsOfAllWords() throws IOException {
        String text = Prose.read(20_000) + " aaaa aaaaa aaaaaa ababab bababa";
        Map<String, Integer> words = new HashMap<>();
        WordPattern.GPT2.splitter().split(text.toCharArray(), 0, text.length(), true, (t, from, to) -> {
            byte[] bytes = new byte[3 * (to - from)];
            int n = Characters.utf8(t, from, to, bytes);
            words.merge(ByteAlphabet.spell(bytes, 0, n), 1, Integer::sum);
        });
        List<String> expected = slowly(words, 300);
        SubwordTokenizer t = BpeTrainer.of(556, WordPattern.GPT2).threads(2).train(List.of(text));
        List<String> found = new ArrayList<>();
        for (int i = 256; i < t.vocabulary(); i++) found.add(t.name(i));
        assertThat(found).isEqualTo(expected.stream().distinct().toList());
    }

    @Test
    void trainingEndsWhereNoPairIsFrequentEnough() {
        SubwordTokenizer t = BpeTrainer.of(1000, WordPattern.GPT2).special("<s>").train(List.of("low low lower", "", "low"));
        assertThat(t.name(0)).isEqualTo("<s>");
        assertThat(t.name(257)).isEqualTo("lo"); // 4 times; "ow" too, but o has the larger number
        assertThat(t.name(258)).isEqualTo("low");
        assertThat(t.name(259)).isEqualTo("Ġlow");
        assertThat(t.vocabulary()).isEqualTo(260);
        assertThat(t.encode("low lower<s>")).containsExactly(258, 259, t.token("e"), t.token("r"), 0);
        assertThat(BpeTrainer.of(1000, WordPattern.GPT2).minFrequency(3).train(List.of("ab ab")).vocabulary()).isEqualTo(256);
        assertThat(BpeTrainer.of(1000, WordPattern.GPT2).train(List.of()).decode(new int[] {0})).isEqualTo("!");
    }

    @Test
    void aLongDocumentIsCutWithoutLosingAnything() {
        String line = "one two three four five\n";
        SubwordTokenizer whole = BpeTrainer.of(300, WordPattern.GPT2).threads(2).train(List.of(line.repeat(150_000)));
        SubwordTokenizer lines = BpeTrainer.of(300, WordPattern.GPT2).threads(2).train(List.of(line.repeat(10)));
        assertThat(whole.encode(line)).isEqualTo(lines.encode(line));
        SubwordTokenizer one = BpeTrainer.of(270, WordPattern.GPT2).train(List.of("\uD83D\uDE00".repeat(1_200_000)));
        assertThat(one.decode(one.encode("\uD83D\uDE00"))).isEqualTo("\uD83D\uDE00");
    }

    @Test
    void settingsThatCannotBeAreNamed() {
        assertThatThrownBy(() -> BpeTrainer.of(255, WordPattern.GPT2)).hasMessageContaining("a vocabulary of 255").hasMessageContaining("256");
        assertThatThrownBy(() -> BpeTrainer.of(300, WordPattern.GPT2).threads(0)).hasMessageContaining("threads is 0");
        assertThatThrownBy(() -> BpeTrainer.of(300, WordPattern.GPT2).minFrequency(0)).hasMessageContaining("minFrequency is 0");
        assertThatThrownBy(() -> BpeTrainer.of(300, WordPattern.GPT2).special("a", "a")).hasMessageContaining("once");
        assertThatThrownBy(() -> BpeTrainer.of(300, WordPattern.GPT2).special("e").train(List.of("e"))).hasMessageContaining("token of the text");
    }
}
