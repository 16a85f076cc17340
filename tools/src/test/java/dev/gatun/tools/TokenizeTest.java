package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizeTest {
    @TempDir
    Path dir;

    private Path corpus;
    private String out;
    private String err;

    @BeforeEach
    void write() throws IOException {
        corpus = Files.writeString(dir.resolve("corpus.jsonl"), "{\"body\": \"the quick brown fox jumps over the lazy dog\"}\n".repeat(60));
    }

    private int gatun(Object... args) {
        StringWriter o = new StringWriter();
        StringWriter e = new StringWriter();
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) words[i] = String.valueOf(args[i]);
        int code = Gatun.run(new PrintWriter(o, true), new PrintWriter(e, true), words);
        out = o.toString();
        err = e.toString();
        return code;
    }

    private int train(Object... more) {
        List<Object> args = new ArrayList<>(List.of("train", "gpt", "--layers", 1, "--heads", 2, "--width", 16, "--context", 12, "--batch", 2,
                "--threads", 1));
        args.addAll(List.of(more));
        return gatun(args.toArray());
    }

    private void refused(int code, String... expected) {
        assertThat(code).as(err).isEqualTo(2);
        assertThat(err.strip().lines()).hasSize(1);
        assertThat(err).contains(expected).doesNotContain("Exception");
    }

    @Test
    void aVocabularyIsTrainedAndUsedForShardsThatATrainingMixesAndResumes() throws IOException {
        Path words = dir.resolve("tokenizer.json");
        assertThat(gatun("tokenizer", "train", "--vocabulary", 300, "--data", corpus, "--field", "body", "--out", words)).as(err).isZero();
        assertThat(out).contains("trained");
        refused(gatun("tokenizer", "train", "--vocabulary", 300, "--data", corpus, "--field", "body", "--out", words), "exists");
        for (String name : List.of("a", "b")) {
            assertThat(gatun("tokenize", "--data", corpus, "--field", "body", "--tokenizer", words, "--out", dir.resolve(name), "--shard-tokens", 500))
                    .as(err).isZero();
            assertThat(out).contains("documents 60 in 1 files");
        }
        assertThat(gatun("tokenize", "--data", corpus, "--field", "body", "--out", dir.resolve("a"), "--shard-tokens", 500)).as(err).isZero();
        refused(gatun("tokenize", "--data", corpus, "--field", "body", "--tokenizer", "byte", "--out", dir.resolve("a")), "another tokenizer");
        Path run = dir.resolve("run");
        assertThat(train("--steps", 6, "--checkpoint-every", 3, "--data", dir.resolve("a"), "--weight", 3, "--data", dir.resolve("b"), "--weight", 1, "--out", run)).as(err).isZero();
        assertThat(run.resolve("shards.json")).exists();
        assertThat(gatun("sample", run, "--prompt", "the ", "--tokens", 5, "--threads", 1)).as(err).isZero();
        byte[] weights = Files.readAllBytes(run.resolve("weights.safetensors"));
        Path last = run.resolve("checkpoints").resolve("step-000006");
        try (var files = Files.list(last)) {
            for (Path f : files.toList()) Files.delete(f);
        }
        Files.delete(last);
        assertThat(gatun("train", "gpt", "--resume", run)).as(err).isZero();
        assertThat(out).contains("step 6/6").doesNotContain("step 3/6");
        assertThat(Files.readAllBytes(run.resolve("weights.safetensors"))).isEqualTo(weights);
    }

    @Test
    void textTrainsWithAVocabularyFromAFileOrWithLinesOfJson() {
        Path words = dir.resolve("tokenizer.json");
        assertThat(gatun("tokenizer", "train", "--vocabulary", 280, "--words", "gpt2", "--data", corpus, "--field", "body", "--out", words)).isZero();
        assertThat(train("--steps", 2, "--data", corpus, "--field", "body", "--tokenizer", words, "--out", dir.resolve("run"))).as(err).isZero();
        assertThat(out).contains("subword tokenizer with 2");
        assertThat(gatun("sample", dir.resolve("run"), "--prompt", "the ", "--tokens", 5, "--threads", 1)).as(err).isZero();
        assertThat(train("--steps", 2, "--data", corpus, "--field", "body", "--tokenizer", "BYTE", "--out", dir.resolve("bytes"))).as(err).isZero();
    }

    @Test
    void whatCannotBeUsedIsNamed() throws IOException {
        refused(train("--data", corpus, "--out", dir.resolve("x")), "corpus.jsonl:1", "field \"text\": missing");
        refused(train("--data", corpus, "--tokenizer", "words.json", "--out", dir.resolve("x")), "--tokenizer words.json");
        refused(train("--data", corpus, "--data", corpus, "--out", dir.resolve("x")), "token shards");
        refused(train("--data", corpus, "--weight", 1, "--weight", 2, "--out", dir.resolve("x")), "--weight");
        refused(gatun("tokenizer", "train", "--vocabulary", 100, "--data", corpus, "--out", dir.resolve("t.json")), "vocabulary of 100");
        refused(gatun("tokenizer", "train", "--vocabulary", 300, "--data", corpus, "--out", dir), "is a folder");
        refused(gatun("tokenize", "--data", corpus, "--out", dir), "not empty");
        refused(gatun("tokenize", "--data", corpus, "--field", "body", "--separator", "<x>", "--out", dir.resolve("x")), "--separator");
        refused(gatun("tokenize", "--data", dir.resolve("absent"), "--out", dir.resolve("x")), "does not exist");
        Path broken = Files.writeString(dir.resolve("broken.json"), "{\"model\":");
        refused(train("--data", corpus, "--field", "body", "--tokenizer", broken, "--out", dir.resolve("x")), "broken.json");
        assertThat(dir.resolve("x")).doesNotExist();
        assertThat(gatun("tokenize", "--data", corpus, "--field", "body", "--out", dir.resolve("s"))).as(err).isZero();
        refused(train("--data", dir.resolve("s"), "--tokenizer", "byte", "--out", dir.resolve("y")), "bring their own");
        Files.delete(dir.resolve("s").resolve("tokenizer.json"));
        refused(train("--data", dir.resolve("s"), "--out", dir.resolve("y")), "tokenizer.json does not exist");
    }
}
