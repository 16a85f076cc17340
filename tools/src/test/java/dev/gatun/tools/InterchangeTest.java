package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.models.onnx.OnnxModel;
import dev.gatun.models.text.BpeTrainer;
import dev.gatun.models.text.WordPattern;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterchangeTest {
    @TempDir
    Path dir;

    private String out;
    private String err;

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

    private void refused(String... expected) {
        assertThat(err.strip().lines()).hasSize(1);
        assertThat(err).contains(expected).doesNotContain("Exception");
    }

    private Path trained() throws IOException {
        Path verse = Files.writeString(dir.resolve("verse.txt"), "the quick brown fox jumps over the lazy dog.\n".repeat(60));
        assertThat(gatun("train", "gpt", "--data", verse, "--tokenizer", "byte", "--layers", 1, "--heads", 2, "--width", 16, "--context", 12,
                "--batch", 2, "--steps", 4, "--threads", 1, "--out", dir.resolve("run"))).as(err).isZero();
        return dir.resolve("run");
    }

    private String sample(Path run) {
        assertThat(gatun("sample", run, "--prompt", "the ", "--tokens", 20, "--threads", 1)).as(err).isZero();
        return out;
    }

    @Test
    void aRunThatIsExportedAndImportedWritesTheSameText() throws IOException {
        Path run = trained();
        Path shared = dir.resolve("shared");
        assertThat(gatun("export", run, "--out", shared)).as(err).isZero();
        assertThat(out).contains("tokenizer is of characters or bytes");
        assertThat(shared.resolve("config.json")).content().contains("\"model_type\" : \"gpt2\"");
        assertThat(gatun("import", shared, "--out", dir.resolve("back"))).isEqualTo(2);
        refused("tokenizer.json", "missing");
        Path words = dir.resolve("words.json");
        BpeTrainer.of(256, WordPattern.GPT2).train(List.of("none")).write(words);
        assertThat(gatun("import", shared, "--tokenizer", words, "--out", dir.resolve("back"))).as(err).isZero();
        assertThat(out).contains("gpt2").contains("parameters");
        Path again = dir.resolve("again");
        Files.copy(run.resolve("tokenizer.json"), dir.resolve("back").resolve("tokenizer.json"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(sample(dir.resolve("back"))).isEqualTo(sample(run));
        assertThat(gatun("export", dir.resolve("back"), "--dtype", "bf16", "--out", again)).as(err).isZero();
        assertThat(Files.size(again.resolve("model.safetensors"))).isLessThan(Files.size(shared.resolve("model.safetensors")) * 2 / 3);
    }

    @Test
    void aRunBecomesAnOnnxModelThatCanBeLookedAt() throws IOException {
        Path run = trained();
        Path file = dir.resolve("notes.onnx");
        assertThat(gatun("export", run, "--format", "onnx", "--batch", 2, "--out", file)).as(err).isZero();
        OnnxModel model = OnnxModel.read(file);
        assertThat(model.inputs()).hasToString("[tokens int32[2,12]]");
        assertThat(model.outputNames()).containsExactly("logits");
        assertThat(gatun("explain", file, "--pass", "traced")).as(err).isZero();
        assertThat(out).contains("data %0 tokens i32[2,12]", "LayerNorm", "Gelu", "notes.onnx:");
        assertThat(gatun("explain", file, "--batch", 3)).isEqualTo(2);
        refused("notes.onnx", "fixed");
        assertThat(gatun("export", run, "--format", "onnx", "--opset", 9, "--out", file)).isEqualTo(2);
        refused("opset must lie in 17..21, got 9");
        assertThat(gatun("export", run, "--format", "onnx", "--time", 99, "--out", file)).isEqualTo(2);
        refused("time 99 exceeds the context of 12");
        assertThat(gatun("export", run, "--format", "onnx", "--dtype", "bf16", "--out", file)).isEqualTo(2);
        refused("--dtype bf16");
        assertThat(gatun("export", run, "--format", "onnx", "--out", dir)).isEqualTo(2);
        refused("is a folder");
        assertThat(gatun("export", run, "--batch", 2, "--out", dir.resolve("z"))).isEqualTo(2);
        refused("--format onnx");
        Files.write(file, new byte[100]);
        assertThat(gatun("explain", file)).isEqualTo(2);
        refused("notes.onnx");
    }

    @Test
    void whatCannotBeImportedOrExportedIsNamed() throws IOException {
        Path run = trained();
        assertThat(gatun("import", dir.resolve("absent"), "--out", dir.resolve("x"))).isEqualTo(2);
        refused("absent", "does not exist");
        assertThat(gatun("import", run, "--out", dir.resolve("x"))).isEqualTo(2);
        refused("config.json", "model_type");
        Path text = Files.writeString(dir.resolve("a.gguf"), "no model at all, just text\n");
        assertThat(gatun("import", text, "--out", dir.resolve("x"))).isEqualTo(2);
        refused("a.gguf", "magic");
        assertThat(gatun("import", text, "--context", 0, "--out", dir.resolve("x"))).isEqualTo(2);
        refused("--context must be at least 1");
        assertThat(dir.resolve("x")).doesNotExist();
        Path broken = Files.writeString(dir.resolve("tokenizer.json"), "{}");
        Path shared = dir.resolve("shared");
        assertThat(gatun("export", run, "--out", shared)).isZero();
        assertThat(gatun("import", shared, "--tokenizer", broken, "--out", dir.resolve("x"))).isEqualTo(2);
        refused("tokenizer.json", "model");
        assertThat(gatun("export", run, "--out", shared)).isEqualTo(2);
        refused("shared", "not empty");
        assertThat(gatun("export", dir, "--out", dir.resolve("y"))).isEqualTo(2);
        refused("no config.json");
        assertThat(gatun("export", run, "--format", "onyx", "--out", dir.resolve("y"))).isEqualTo(2);
        refused("--format");
        assertThat(dir.resolve("x")).doesNotExist();
        assertThat(dir.resolve("y")).doesNotExist();
    }
}
