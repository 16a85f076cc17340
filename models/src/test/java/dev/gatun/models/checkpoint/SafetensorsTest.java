package dev.gatun.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    private static final TensorType A = TensorType.of(DType.F32, 2, 3);
    private static final TensorType B = TensorType.of(DType.I32);

    @TempDir
    Path dir;

    private Path written() throws IOException {
        Path file = dir.resolve("x.safetensors");
        MemorySegment a = MemorySegment.ofArray(new float[] {1, 2, 3, 4, 5, -0.5f});
        SafetensorsWriter.write(file, List.of(
                new SafetensorsWriter.Entry("a.weight", A, a),
                new SafetensorsWriter.Entry("b", B, MemorySegment.ofArray(new int[] {77}))), Map.of("step", "12"));
        return file;
    }

    private Path raw(String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer all = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        all.putLong(json.length).put(json);
        return Files.write(dir.resolve("raw.safetensors"), all.array());
    }

    @Test
    void tensorsRoundTrip() throws IOException {
        try (Safetensors file = Safetensors.open(written())) {
            assertThat(file.metadata()).isEqualTo(Map.of("step", "12"));
            assertThat(file.tensors()).extracting(TensorInfo::name).containsExactly("a.weight", "b");
            MemorySegment a = MemorySegment.ofArray(new byte[24]);
            file.read("a.weight", A, a);
            assertThat(a.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)).containsExactly(1, 2, 3, 4, 5, -0.5f);
            MemorySegment b = MemorySegment.ofArray(new byte[4]);
            file.read("b", B, b);
            assertThat(b.get(ValueLayout.JAVA_INT_UNALIGNED, 0)).isEqualTo(77);
        }
    }

    @Test
    void theBytesAreThoseOfTheFormat() throws IOException {
        byte[] all = Files.readAllBytes(written());
        int header = (int) ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat((8 + header) % 8).isZero();
        assertThat(all).hasSize(8 + header + 28);
        assertThat(new String(all, 8, header, StandardCharsets.UTF_8).strip()).isEqualTo("{\"__metadata__\":{\"step\":\"12\"},"
                + "\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
                + "\"b\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[24,28]}}");
    }

    @Test
    void aMissingTensorOrAnotherTypeIsNamed() throws IOException {
        try (Safetensors file = Safetensors.open(written())) {
            MemorySegment to = MemorySegment.ofArray(new byte[24]);
            assertThatThrownBy(() -> file.read("c", A, to)).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("x.safetensors: c: missing, expected f32[2,3]");
            assertThatThrownBy(() -> file.read("a.weight", TensorType.of(DType.F32, 3, 2), to)).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("expected f32[3,2]").hasMessageContaining("found f32[2, 3]");
            assertThatThrownBy(() -> file.read("a.weight", TensorType.of(DType.I32, 2, 3), to)).isInstanceOf(CheckpointException.class);
        }
    }

    @Test
    void aFileCutAtAnyLengthIsRefused() throws IOException {
        byte[] all = Files.readAllBytes(written());
        Path cut = dir.resolve("cut");
        for (int n = 0; n < all.length; n++) {
            Files.write(cut, Arrays.copyOf(all, n));
            assertThatThrownBy(() -> Safetensors.open(cut)).as("%d bytes", n)
                    .isInstanceOf(CheckpointException.class).hasMessageContaining("cut");
        }
        Files.write(cut, Arrays.copyOf(all, all.length + 1));
        assertThatThrownBy(() -> Safetensors.open(cut)).isInstanceOf(CheckpointException.class);
    }

    @Test
    void aFlippedByteIsRefusedOrChangesValuesOnly() throws IOException {
        byte[] all = Files.readAllBytes(written());
        Path file = dir.resolve("flipped");
        for (int i = 0; i < all.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bad = all.clone();
                bad[i] ^= (byte) (1 << bit);
                Files.write(file, bad);
                try (Safetensors opened = Safetensors.open(file)) {
                    opened.tensors().forEach(t -> assertThat(t.end()).isBetween(0L, 28L));
                } catch (CheckpointException e) {
                    assertThat(e).hasMessageContaining("flipped");
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}} | 12 | start at 8",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | 8 | start at 0",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | 4 | needs 8 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}} | 8 | needs 8 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}} | 8 | negative",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}} | 8 | beyond all memory",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}} | 8 | header",
        "{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}} | 8 | unknown dtype",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,9]}} | 8 | two data_offsets",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}} | 8 | expected the fields",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}} | 8 | unknown field 'x'",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}} | 8 | a.shape",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}} | 8 | Duplicate",
        "{\"__metadata__\":{\"step\":12}} | 0 | __metadata__.step",
        "{\"a\":[]} | 0 | START_OBJECT",
        "{} {} | 0 | nothing after it",
        "[1] | 0 | '{'",
    })
    void aHeaderThatLiesIsRefused(String header, int dataBytes, String expected) throws IOException {
        Path file = raw(header, dataBytes);
        assertThatThrownBy(() -> Safetensors.open(file)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("raw.safetensors").hasMessageContaining(expected);
    }

    @Test
    void headerBombsAreRefusedWithoutMemory() throws IOException {
        Path huge = Files.write(dir.resolve("huge"), new byte[] {-1, -1, -1, -1, -1, -1, -1, 127, '{', '}'});
        assertThatThrownBy(() -> Safetensors.open(huge)).isInstanceOf(CheckpointException.class).hasMessageContaining("header length");
        Path negative = Files.write(dir.resolve("negative"), new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{', '}'});
        assertThatThrownBy(() -> Safetensors.open(negative)).isInstanceOf(CheckpointException.class).hasMessageContaining("18446744073709551615");
        Path deep = raw("{\"a\":" + "[".repeat(1_000_000), 0);
        assertThatThrownBy(() -> Safetensors.open(deep)).isInstanceOf(CheckpointException.class);
        Path wide = raw("{\"a\":{\"dtype\":\"F32\",\"shape\":[" + "1,".repeat(1_000_000) + "1],\"data_offsets\":[0,4]}}", 4);
        assertThatThrownBy(() -> Safetensors.open(wide)).isInstanceOf(CheckpointException.class).hasMessageContaining("more than 32");
        Path name = raw("{\"" + "n".repeat(1_000_000) + "\":{}}", 0);
        assertThatThrownBy(() -> Safetensors.open(name)).isInstanceOf(CheckpointException.class);
    }

    @Test
    void emptyTensorsAreAllowed() throws IOException {
        try (Safetensors s = Safetensors.open(raw("{\"a\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[0,0]}}", 0))) {
            assertThat(s.tensors()).singleElement().satisfies(t -> assertThat(t.bytes()).isZero());
        }
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = written();
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
            channel.write(ByteBuffer.allocate(10));
            throw new IOException("disk full");
        })).hasMessageContaining("disk full");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        try (var files = Files.list(dir)) {
            assertThat(files).containsExactly(file);
        }
    }
}
