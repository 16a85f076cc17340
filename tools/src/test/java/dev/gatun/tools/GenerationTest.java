package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that write texts and that train on from a model. */
class GenerationTest {
    @TempDir
    Path dir;

    private Path run;

    private record Result(int code, String out, String err) {}

    private static Result gatun(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] text = java.util.Arrays.stream(args).map(Object::toString).toArray(String[]::new);
        int code = Gatun.run(new PrintWriter(out, true), new PrintWriter(err, true), text);
        return new Result(code, out.toString(), err.toString());
    }

    private static Result done(Result r) {
        assertThat(r.code()).as(r.err()).isZero();
        return r;
    }

    private static void refused(Result r, String... expected) {
        assertThat(r.code()).as(r.err()).isEqualTo(2);
        assertThat(r.err().strip().lines()).hasSize(1);
        assertThat(r.err()).contains(expected);
    }

    @BeforeEach
    void train() throws IOException {
        Path verse = Files.writeString(dir.resolve("verse.txt"), "the quick brown fox jumps over the lazy dog.\n".repeat(60));
        run = dir.resolve("run");
        done(gatun("train", "gpt", "--layers", 1, "--heads", 2, "--width", 16, "--context", 12, "--batch", 2, "--steps", 4, "--threads", 1,
                "--tokenizer", "byte", "--data", verse, "--out", run));
    }

    @Test
    void severalTextsAreWrittenAtATime() throws IOException {
        Path prompts = Files.writeString(dir.resolve("prompts.txt"), "the quick\n\nfox\nover the lazy dog it goes\n");
        Result r = done(gatun("sample", run, "--prompts", prompts, "--batch", 2, "--tokens", 15, "--temperature", 0));
        assertThat(r.out()).contains("--- 1 ---", "--- 2 ---", "--- 3 ---").doesNotContain("--- 4 ---");
        String alone = done(gatun("sample", run, "--prompt", "fox", "--tokens", 15, "--temperature", 0)).out();
        assertThat(r.out()).contains("--- 2 ---" + System.lineSeparator() + alone);
        assertThat(done(gatun("sample", run, "--prompt", "a", "--prompt", "b", "--tokens", 3)).out()).contains("--- 2 ---");
        assertThat(done(gatun("sample", run, "--prompt", "the ", "--tokens", 50, "--when-full", "stop", "--temperature", 0)).out().length()).isLessThan(20);
        assertThat(done(gatun("sample", run, "--prompt", "the ", "--tokens", 50, "--top-k", 0, "--top-p", 0.9, "--min-p", 0.01,
                "--repetition-penalty", 1.2, "--presence-penalty", 0.1, "--frequency-penalty", 0.1, "--stop", "\u0001")).out()).startsWith("the ");
        refused(gatun("sample", run, "--top-p", 0), "top-p must lie in (0,1]");
        refused(gatun("sample", run, "--stop", ""), "--stop needs at least one character");
        refused(gatun("sample", run, "--prompt", ""), "--prompt is empty");
        refused(gatun("sample", run, "--batch", 0), "--batch must be at least 1");
        refused(gatun("sample", run, "--prompts", dir.resolve("none")), "--prompts", "is no file");
        refused(gatun("sample", run, "--when-full", "explode"), "--when-full");
    }

    @Test
    void aConversationIsReadFromStandardInput() {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream("Hello\n\nAnd you?\n".getBytes(StandardCharsets.UTF_8)));
        try {
            Result r = done(gatun("chat", run, "--tokens", 5, "--template", "alpaca", "--system", "Be kind.", "--threads", 1));
            assertThat(r.out().lines().count()).isPositive();
        } finally {
            System.setIn(before);
        }
        refused(gatun("chat", run, "--template", "none"), "no chat template 'none'", "llama-3");
    }

    @Test
    void aModelIsFineTunedAndItsChangesAreMerged() throws IOException {
        Path other = Files.writeString(dir.resolve("other.txt"), "SPHINX OF BLACK QUARTZ, JUDGE MY VOW!\n".repeat(60));
        Path full = dir.resolve("full");
        Result r = done(gatun("finetune", run, "--data", other, "--steps", 6, "--batch", 2, "--freeze", "layers.0.mlp.*", "--out", full, "--threads", 1));
        assertThat(r.out()).contains("parameters trained", "validation loss", "--- sample ---");
        Path lora = dir.resolve("lora");
        Result adapted = done(gatun("finetune", run, "--data", other, "--steps", 6, "--batch", 2, "--lora-rank", 2, "--lora-targets", "*.qkv",
                "--out", lora, "--threads", 1));
        assertThat(adapted.out()).contains("128 of 7,"); // 2 x 16 down and 48 x 2 up
        assertThat(lora.resolve("adapter_model.safetensors")).exists();
        assertThat(lora.resolve("adapter_config.json")).content().contains("LORA");
        assertThat(done(gatun("finetune", "--resume", lora)).out()).contains("resumed  at step 6");
        String text = done(gatun("sample", lora, "--prompt", "SPHINX", "--tokens", 10, "--temperature", 0)).out();
        Path merged = dir.resolve("merged");
        done(gatun("merge", lora, "--out", merged));
        assertThat(gatun("sample", merged, "--prompt", "SPHINX", "--tokens", 10, "--temperature", 0).out()).isEqualTo(text);
        refused(gatun("merge", merged, "--out", dir.resolve("again")), "no low-rank changes to merge");
        refused(gatun("finetune", lora, "--data", other), "gatun merge first");
        refused(gatun("finetune", run, "--data", other, "--lora-rank", 2, "--lora-targets", "*.query"), "no linear layer's name fits", "layers.0.attention.qkv");
        refused(gatun("finetune", run, "--data", other, "--lora-alpha", 2), "need --lora-rank");
        refused(gatun("finetune", run), "--data is missing");
        refused(gatun("finetune", "--data", other), "RUN_DIR is missing");
        refused(gatun("finetune", run, "--data", other, "--out", run, "--overwrite"), "--out must be another folder");
    }
}
