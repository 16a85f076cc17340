package dev.gatun.models.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import dev.gatun.models.metrics.ConfusionMatrix;
import dev.gatun.models.metrics.ConfusionPicture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
    private static final List<String> TAGS = List.of("loss/train", "loss/validation", "learning_rate");

    @TempDir
    Path dir;

    private static Object get(DynamicMessage m, String path) {
        return EventReader.get(m, path);
    }

    private Path scalars(long from, long to) throws IOException {
        try (EventFile f = EventFile.create(dir, from)) {
            for (long s = from + 1; s <= to; s++) f.scalars(s, TAGS, 4.0 / s, s % 2 == 0 ? 5.0 / s : Double.NaN, 1e-3);
            return f.path();
        }
    }

    private List<Long> steps() throws IOException {
        List<Long> steps = new ArrayList<>();
        for (Path f : EventFile.files(dir)) {
            for (DynamicMessage e : EventReader.read(f)) if (!EventReader.values(e).isEmpty()) steps.add((Long) get(e, "step"));
        }
        return steps;
    }

    @Test
    void theOtherCheckIsACrc32c() {
        assertThat(EventReader.crc("123456789".getBytes(StandardCharsets.US_ASCII))).isEqualTo(0xE3069283L); // RFC 3720, appendix B.4, and others
        assertThat(EventReader.crc(new byte[32])).isEqualTo(0x8A9136AAL);
    }

    @Test
    void numbersComeBack() throws IOException {
        Path file = scalars(0, 500);
        assertThat(file.getFileName().toString()).matches("events\\.out\\.tfevents\\.\\d{10}\\..+");
        List<DynamicMessage> events = EventReader.read(file);
        assertThat(get(events.getFirst(), "file_version")).isEqualTo("brain.Event:2");
        assertThat(get(events.get(1), "session_log.status")).isEqualTo(1);
        assertThat(events).hasSize(502);
        double now = System.currentTimeMillis() / 1e3;
        for (int s = 1; s <= 500; s++) {
            DynamicMessage e = events.get(s + 1);
            assertThat(get(e, "step")).isEqualTo((long) s);
            assertThat((Double) get(e, "wall_time")).isBetween(now - 600, now + 1);
            List<DynamicMessage> values = EventReader.values(e);
            assertThat(values.stream().map(v -> get(v, "tag"))).containsExactlyElementsOf(s % 2 == 0 ? TAGS : List.of(TAGS.get(0), TAGS.get(2)));
            assertThat(get(values.getFirst(), "simple_value")).isEqualTo(4f / s);
            assertThat(get(values.getLast(), "simple_value")).isEqualTo(1e-3f);
        }
    }

    @Test
    void textAndPicturesComeBack() throws IOException {
        String text = "# Größe\n" + "| a | b |\n|---|---|\n| 1 | ☕ |\n".repeat(2000); // lengths of one to three bytes
        ConfusionMatrix m = new ConfusionMatrix(3);
        m.add(0, 1);
        byte[] png = ConfusionPicture.png(m);
        try (EventFile f = EventFile.create(dir, 0)) {
            f.text(7, "sample", text);
            f.image(8, "confusion", png);
            assertThatThrownBy(() -> f.image(8, "confusion", new byte[3])).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("PNG");
            assertThatThrownBy(() -> f.scalars(8, TAGS, 1)).isInstanceOf(IllegalArgumentException.class);
        }
        List<DynamicMessage> events = EventReader.read(EventFile.files(dir).getFirst());
        DynamicMessage sample = EventReader.values(events.get(2)).getFirst();
        assertThat(get(sample, "tag")).isEqualTo("sample");
        assertThat(get(sample, "tensor.dtype")).isEqualTo(7);
        assertThat(get(sample, "tensor.string_val")).isEqualTo(List.of(ByteString.copyFromUtf8(text)));
        assertThat(get((DynamicMessage) ((List<?>) get(sample, "tensor.tensor_shape.dim")).getFirst(), "size")).isEqualTo(1L);
        assertThat(get(sample, "metadata.plugin_data.plugin_name")).isEqualTo("text");
        assertThat(get(sample, "metadata.data_class")).isEqualTo(2);
        DynamicMessage picture = EventReader.values(events.get(3)).getFirst();
        byte[] shown = ((ByteString) get(picture, "image.encoded_image_string")).toByteArray();
        assertThat(shown).isEqualTo(png);
        var image = ImageIO.read(new ByteArrayInputStream(shown));
        assertThat(get(picture, "image.width")).isEqualTo(image.getWidth());
        assertThat(get(picture, "image.height")).isEqualTo(image.getHeight());
    }

    @Test
    void aFileThatEndsAnywhereIsReadUpToItsLastWholeRecord() throws IOException {
        byte[] all = Files.readAllBytes(scalars(0, 3));
        Path cut = dir.resolve("cut");
        int before = 0;
        for (int n = 0; n <= all.length; n++) {
            Files.write(cut, Arrays.copyOf(all, n));
            int[] count = new int[1];
            long end = Records.read(cut, data -> ++count[0] > 0);
            assertThat(end).isLessThanOrEqualTo(n);
            assertThat(count[0]).isBetween(before, before + 1);
            before = count[0];
            Files.write(cut, Arrays.copyOf(all, (int) end));
            assertThat(EventReader.read(cut)).hasSize(before);
        }
        assertThat(before).isEqualTo(5);
    }

    @Test
    void aRunThatGoesOnAddsAFileAndRepeatsNoStep() throws IOException {
        Path first = scalars(0, 50);
        Files.write(first, Arrays.copyOf(Files.readAllBytes(first), (int) Files.size(first) - 7)); // killed while writing
        Path second = scalars(20, 40);
        assertThat(EventFile.files(dir)).containsExactly(first, second);
        Path third = scalars(40, 60);
        assertThat(EventFile.files(dir)).containsExactly(first, second, third);
        List<Long> expected = new ArrayList<>();
        for (long s = 1; s <= 60; s++) expected.add(s);
        assertThat(steps()).isEqualTo(expected);
        assertThat(EventReader.read(second).get(1).getField(EventReader.read(second).get(1).getDescriptorForType().findFieldByName("step"))).isEqualTo(21L);
        scalars(30, 31);
        assertThat(steps()).isEqualTo(expected.subList(0, 31));
    }

    @Test
    void aNewRunRemovesTheFilesOfAnEarlierOne() throws IOException {
        Path first = scalars(0, 5);
        Files.copy(first, dir.resolve("events.txt"), StandardCopyOption.REPLACE_EXISTING);
        Path second = scalars(0, 2);
        assertThat(EventFile.files(dir)).containsExactly(second);
        assertThat(dir.resolve("events.txt")).exists();
        assertThat(steps()).containsExactly(1L, 2L);
    }

    @Test
    void damagedFilesAreCutWhereTheDamageIs() throws IOException {
        Path file = scalars(0, 10);
        byte[] all = Files.readAllBytes(file);
        long whole = Records.read(file, data -> true);
        assertThat(whole).isEqualTo(all.length);
        for (int at = 0; at < all.length; at += 11) {
            byte[] damaged = all.clone();
            damaged[at] ^= 0x40;
            Files.write(file, damaged);
            assertThat(Records.read(file, data -> true)).isLessThanOrEqualTo(at);
        }
    }
}
