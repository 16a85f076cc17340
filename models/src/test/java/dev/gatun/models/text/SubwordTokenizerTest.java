package dev.gatun.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.data.Text;
import dev.gatun.models.data.TokenSequence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SubwordTokenizerTest {
    @TempDir
    private Path folder;
    private List<String> texts;
    private String prose;
    private SubwordTokenizer llama3;

    @BeforeAll
    void train() throws IOException {
        prose = Prose.read(300_000);
        texts = new VariedText(21, prose).strings(5000);
        List<String> documents = new ArrayList<>(texts);
        documents.add(prose);
        llama3 = BpeTrainer.of(2500, WordPattern.LLAMA3).special("<|endoftext|>").train(documents);
    }

    /** The hand-written splitters against the regular expressions that specify them. */
    @Test
    void wordsAreWhatThePatternsSay() {
        for (WordPattern p : List.of(WordPattern.GPT2, WordPattern.LLAMA3, WordPattern.QWEN2)) {
            PreTokenizer fast = p.splitter();
            PreTokenizer slow = new RegexSplit(RegexSplit.compile(p.regex()), SplitBehavior.REMOVED, true);
            for (String text : texts) assertThat(cut(fast, text)).as("%s of %s", p, Oracle.quote(text)).isEqualTo(cut(slow, text));
            SplittableRandom random = new SplittableRandom(5);
            String signs = "a'sSrReElLlVv \u017F\n\r\t 1\u0967.!\u0301é\uD83D\uDE00";
            int[] points = signs.codePoints().toArray();
            for (int i = 0; i < 20_000; i++) {
                StringBuilder s = new StringBuilder();
                for (int n = random.nextInt(1, 9); n > 0; n--) s.appendCodePoint(points[random.nextInt(points.length)]);
                String text = s.toString();
                assertThat(cut(fast, text)).as("%s of %s", p, Oracle.quote(text)).isEqualTo(cut(slow, text));
            }
        }
    }

    private static List<String> cut(PreTokenizer words, String text) {
        List<String> out = new ArrayList<>();
        if (!text.isEmpty()) {
            // not from the start, and with more behind: neither may be looked at
            char[] room = ("x" + text + "x").toCharArray();
            words.split(room, 1, room.length - 1, true, (t, from, to) -> out.add(new String(t, from, to - from)));
        }
        return out;
    }

    @Test
    void byteLevelTokensDecodeToTheTextTheyCameFrom() {
        SubwordTokenizer gpt2 = BpeTrainer.of(700, WordPattern.GPT2).train(List.of(prose));
        SubwordTokenizer gpt4o = BpeTrainer.of(700, WordPattern.O200K).train(List.of(prose));
        SplittableRandom random = new SplittableRandom(6);
        for (SubwordTokenizer t : List.of(gpt2, llama3, gpt4o)) {
            for (String text : texts) assertThat(t.decode(t.encode(text))).isEqualTo(text);
            for (int i = 0; i < 3000; i++) {
                StringBuilder s = new StringBuilder();
                for (int n = random.nextInt(20); n > 0; n--) {
                    int c = random.nextInt(Character.MAX_CODE_POINT + 1);
                    if (Character.getType(c) != Character.SURROGATE) s.appendCodePoint(c);
                }
                assertThat(t.decode(t.encode(s.toString()))).isEqualTo(s.toString());
            }
            assertThat(t.decode(t.encode("a\uD800b\uDC00"))).isEqualTo("a\uFFFDb\uFFFD");
        }
    }

    @Test
    void bytesOfTokensJoinToTheText() {
        for (String text : texts.subList(0, 500)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (int t : llama3.encode(text)) out.writeBytes(llama3.bytes(t));
            assertThat(out.toByteArray()).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
        }
        assertThatThrownBy(() -> llama3.bytes(llama3.vocabulary())).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> llama3.decode(new int[] {-1})).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(llama3.decode(llama3.encode("a<|endoftext|>b"), false)).isEqualTo("ab");
    }

    @Test
    void specialTokensInTheTextCountOnlyWhereTheyMay() {
        String text = "one<|endoftext|> two";
        assertThat(llama3.encode(text)).contains(0);
        assertThat(llama3.encode(text, false)).doesNotContain(0);
        assertThat(llama3.decode(llama3.encode(text, false), false)).isEqualTo(text);
    }

    @Test
    void aWrittenFileReadsBackAsTheSame() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        llama3.write(file);
        SubwordTokenizer read = SubwordTokenizer.read(file);
        for (String text : texts) assertThat(read.encode(text)).isEqualTo(llama3.encode(text));
        read.write(folder.resolve("again.json"));
        assertThat(Files.mismatch(file, folder.resolve("again.json"))).isEqualTo(-1);
        assertThat(read.addedTokens()).containsExactly(AddedToken.special(0, "<|endoftext|>"));
        assertThat(read.token("<|endoftext|>")).isZero();
        assertThat(read.token("no such token")).isEqualTo(-1);
        assertThat(read.frame("a").tokens()).isEqualTo(read.encode("a"));
    }

    @Test
    void threadsMayShareATokenizer() {
        List<int[]> expected = texts.stream().map(llama3::encode).toList();
        List<int[]> found = texts.parallelStream().map(llama3::encode).toList();
        for (int i = 0; i < expected.size(); i++) assertThat(found.get(i)).isEqualTo(expected.get(i));
    }

    @Test
    void aTextBecomesASequenceOfTokens() {
        String doc = prose.substring(0, 50_000) + "naïve 😀\n";
        try (Text text = Text.of("t", doc); TokenSequence s = TokenSequence.of(text, llama3)) {
            int[] row = new int[Math.toIntExact(s.length())];
            s.read(0, row, 0, row.length);
            assertThat(llama3.decode(row)).isEqualTo(doc);
        }
    }

    /** tiktoken's own rule, on strings that stand for bytes: of all neighbours that make a token, those of the lowest rank. */
    private static List<Integer> slowly(Map<String, Integer> ranks, String word) {
        List<String> parts = new ArrayList<>(ranks.containsKey(word) ? List.of(word) : List.of(word.split("")));
        while (true) {
            int best = -1;
            for (int i = 0; i + 1 < parts.size(); i++) {
                Integer rank = ranks.get(parts.get(i) + parts.get(i + 1));
                if (rank != null && (best < 0 || rank < ranks.get(parts.get(best) + parts.get(best + 1)))) best = i;
            }
            if (best < 0) return parts.stream().map(ranks::get).toList();
            parts.set(best, parts.get(best) + parts.remove(best + 1));
        }
    }

    @Test
    void tiktokenFilesMergeByRank() throws IOException {
        Map<String, Integer> ranks = new HashMap<>();
        StringBuilder lines = new StringBuilder();
        for (int i = 1; i < llama3.vocabulary(); i++) {
            ranks.put(ByteAlphabet.spell(llama3.bytes(i), 0, llama3.bytes(i).length), i - 1);
            lines.append(Base64.getEncoder().encodeToString(llama3.bytes(i))).append(' ').append(i - 1).append('\n');
        }
        Path file = Files.writeString(folder.resolve("a.tiktoken"), lines);
        SubwordTokenizer t = SubwordTokenizer.readTiktoken(file, WordPattern.LLAMA3, Map.of("<|endoftext|>", 3000, "<|pad|>", 3002));
        assertThat(t.vocabulary()).isEqualTo(3003);
        assertThat(t.encode("<|pad|>")).containsExactly(3002);
        assertThat(t.bytes(3001)).isEmpty();
        for (String text : texts) {
            if (text.contains("<|endoftext|>")) continue;
            List<Integer> expected = new ArrayList<>();
            for (String word : cut(WordPattern.LLAMA3.splitter(), text)) {
                byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
                expected.addAll(slowly(ranks, ByteAlphabet.spell(bytes, 0, bytes.length)));
            }
            assertThat(Arrays.stream(t.encode(text)).boxed().toList()).as(Oracle.quote(text)).isEqualTo(expected);
            assertThat(t.decode(t.encode(text))).isEqualTo(text);
        }
    }

    @Test
    void brokenTiktokenFilesNameTheLine() throws IOException {
        String good = "YQ== 0\n";
        for (String bad : List.of("YQ==", "YQ== x", "YQ== -1", "!!! 1", " 1", "YQ== 99999999999", "YQ== 2097152", "A".repeat(1000) + " 1")) {
            Path file = Files.writeString(folder.resolve("bad.tiktoken"), good + bad + "\n");
            assertThatThrownBy(() -> SubwordTokenizer.readTiktoken(file, WordPattern.GPT2, Map.of()))
                    .isInstanceOf(TokenizerException.class)
                    .hasMessageContaining("bad.tiktoken: line 2: expected the base64 of a token");
        }
        for (String again : List.of("YQ== 1", "Yg== 0")) {
            Path file = Files.writeString(folder.resolve("bad.tiktoken"), good + again + "\n");
            assertThatThrownBy(() -> SubwordTokenizer.readTiktoken(file, WordPattern.GPT2, Map.of())).hasMessageContaining("line 2").hasMessageContaining("once");
        }
        Path file = Files.writeString(folder.resolve("bad.tiktoken"), good);
        assertThatThrownBy(() -> SubwordTokenizer.readTiktoken(file, WordPattern.GPT2, Map.of())).hasMessageContaining("a token for each byte");
    }
}
