package dev.gatun.models.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.text.BpeTrainer;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.TokenizerException;
import dev.gatun.models.text.WordPattern;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that were damaged at random, by a fixed seed: each is either read, or refused with a {@link CheckpointException} that
 * names it. Nothing else may happen, and it may not take much memory.
 */
class HostileFilesTest {
    private static final int TRIALS = 1_000;
    private static final long MOST_MEMORY = 24 << 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Weights.LlamaSizes SIZES = new Weights.LlamaSizes(9, 32, 1, 2, 1, 16, 32, 10_000, true);
    private static final String CONFIG = """
            {"model_type":"llama","vocab_size":9,"hidden_size":32,"num_hidden_layers":1,"num_attention_heads":2,"num_key_value_heads":1,
            "head_dim":16,"intermediate_size":32,"rms_norm_eps":1e-05,"max_position_embeddings":64,"tie_word_embeddings":true}""";

    @TempDir
    Path dir;

    /** What stands in a header at sizes, offsets and counts, and what attackers put there. */
    private static final List<Long> LIES = List.of(-1L, 0L, 1L, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 62, 1L << 32, (1L << 32) - 1, 1L << 31, 1L << 20, 33L);

    private static byte[] damaged(byte[] sound, Random random, int header) {
        byte[] bad = sound.clone();
        int at = random.nextInt(Math.min(header, bad.length));
        switch (random.nextInt(6)) {
            case 0 -> bad[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bad[at] = (byte) random.nextInt(256);
            case 2 -> bad = Arrays.copyOf(bad, random.nextInt(bad.length));
            case 3 -> {
                if (at + 8 <= bad.length) ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN).putLong(at, LIES.get(random.nextInt(LIES.size())));
            }
            case 4 -> {
                int from = random.nextInt(Math.min(header, bad.length));
                int count = Math.min(random.nextInt(40), bad.length - Math.max(from, at));
                System.arraycopy(bad, from, bad, at, count);
            }
            default -> {
                for (int i = 0; i < 4; i++) bad[random.nextInt(Math.min(header, bad.length))] ^= (byte) (1 << random.nextInt(8));
            }
        }
        return bad;
    }

    /** Opens a model, reads its weights and vocabulary. Returns whether that worked. */
    private static boolean read(Path path, Path named) throws IOException {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try (ForeignModel m = ForeignModel.open(path)) {
            m.readWeights(name -> m.parameters().entries().stream().filter(e -> e.name().equals(name)).findFirst()
                    .map(e -> MemorySegment.ofArray(new byte[Math.toIntExact(e.parameter().type().bytes())])).orElseThrow());
            m.tokenizer();
            return true;
        } catch (CheckpointException | TokenizerException e) {
            assertThat(e.getMessage()).contains(named.getFileName().toString());
            assertThat(e.getMessage().length()).isLessThan(2_000);
            return false;
        } finally {
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).as("memory").isLessThan(MOST_MEMORY);
        }
    }

    private void attack(Path victim, Path opened, int header) throws IOException {
        byte[] sound = Files.readAllBytes(victim);
        assertThat(read(opened, opened)).as("the sound file").isTrue();
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < TRIALS; i++) {
            byte[] bad = damaged(sound, random, header);
            Files.write(victim, bad);
            try {
                if (!read(opened, opened)) refused++;
            } catch (RuntimeException | Error e) {
                fail("trial " + i, e);
            }
        }
        assertThat(refused).isBetween(TRIALS / 3, TRIALS);
    }

    @Test
    void ggufFiles() throws IOException {
        Weights w = Weights.llama(SIZES);
        SubwordTokenizer bytes = BpeTrainer.of(258, WordPattern.LLAMA3).special("<|end|>").train(List.of("abababab"));
        List<String> tokens = IntStream.range(0, bytes.vocabulary()).mapToObj(bytes::name).toList();
        List<Integer> types = IntStream.range(0, tokens.size()).mapToObj(i -> i == 0 ? 3 : 1).toList();
        Path file = GgufTest.llama(w, SIZES, 8, 3).put("tokenizer.ggml.model", "gpt2").put("tokenizer.ggml.pre", "llama-bpe")
                .put("tokenizer.ggml.merges", List.of("a b")).put("tokenizer.ggml.tokens", tokens).put("tokenizer.ggml.token_type", types)
                .write(dir.resolve("m.gguf"));
        attack(file, file, 5_500);
    }

    @Test
    void safetensorsInAFolder() throws IOException {
        Path folder = FolderWriter.folder(dir.resolve("folder"), CONFIG, Weights.llama(SIZES), "F16");
        attack(folder.resolve("model.safetensors"), folder, 1_100);
    }

    @Test
    void configurations() throws IOException {
        Path folder = FolderWriter.folder(dir.resolve("folder"), CONFIG, Weights.llama(SIZES), "F32");
        attack(folder.resolve("config.json"), folder, 1 << 20);
    }

    @Test
    void indexesOfShards() throws IOException {
        Path folder = FolderWriter.sharded(dir.resolve("folder"), CONFIG, Weights.llama(SIZES), "F32", 2);
        attack(folder.resolve("model.safetensors.index.json"), folder, 1 << 20);
    }

    @Test
    void manyEntriesDoNotFillTheMemory() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < 250_000; i++) header.append('"').append(i).append("\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},");
        header.setCharAt(header.length() - 1, '}');
        byte[] json = header.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Path file = dir.resolve("many.safetensors");
        Files.write(file, ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).array());
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> dev.gatun.models.checkpoint.Safetensors.open(file))
                .isInstanceOf(CheckpointException.class).hasMessageContaining("more than 200000 tensors");
        ByteBuffer gguf = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).put(new byte[] {'G', 'G', 'U', 'F'}).putInt(3);
        Path counts = Files.write(dir.resolve("counts.gguf"), gguf.putLong(1L << 40).putLong(0).array());
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> ForeignModel.open(counts)).hasMessageContaining("tensor count");
    }
}
