package dev.gatun.models.data.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.models.data.DataException;
import dev.gatun.models.data.audio.MelSpectrogram;
import dev.gatun.models.data.image.Normalization;
import dev.gatun.models.data.image.Part;
import dev.gatun.models.data.video.FrameStack;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.LearningRate;
import dev.gatun.models.tasks.GridTask;
import dev.gatun.models.tasks.ImageClassifier;
import dev.gatun.models.tasks.ModelKind;
import dev.gatun.models.tasks.SavedImageModel;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.Trainer;
import dev.gatun.models.train.TrainingSettings;
import dev.gatun.models.vision.LeNet;
import dev.gatun.models.vision.LeNetConfig;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sounds and videos made here, told apart by a small network. */
class GridTaskTest {
    @TempDir
    Path dir;

    private static void wav(Path file, Random random, boolean rising) throws IOException {
        int samples = 3_000;
        byte[] data = new byte[2 * samples];
        double phase = 0;
        for (int i = 0; i < samples; i++) {
            double at = (double) i / samples;
            phase += 2 * Math.PI * (300 + 900 * (rising ? at : 1 - at)) / 8_000;
            int x = (int) (8_000 * Math.sin(phase) + 500 * random.nextGaussian());
            data[2 * i] = (byte) x;
            data[2 * i + 1] = (byte) (x >> 8);
        }
        Files.createDirectories(file.getParent());
        AudioFormat f = new AudioFormat(8_000, 16, 1, true, false);
        AudioSystem.write(new AudioInputStream(new ByteArrayInputStream(data), f, samples), AudioFileFormat.Type.WAVE, file.toFile());
    }

    private static BufferedImage frame(int x, int y) {
        BufferedImage image = new BufferedImage(32, 24, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(Color.WHITE);
        g.fillRect(x, y, 8, 8);
        g.dispose();
        return image;
    }

    private static void gif(Path file, int frames, int y, boolean right) throws IOException {
        Files.createDirectories(file.getParent());
        ImageWriter w = ImageIO.getImageWritersByFormatName("gif").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(Files.newOutputStream(file))) {
            w.setOutput(out);
            w.prepareWriteSequence(w.getDefaultStreamMetadata(null));
            for (int i = 0; i < frames; i++) {
                BufferedImage f = frame(right ? 3 * i : 3 * (frames - 1 - i), y);
                w.writeToSequence(new IIOImage(f, null, w.getDefaultImageMetadata(new ImageTypeSpecifier(f), null)), null);
            }
            w.endWriteSequence();
        } finally {
            w.dispose();
        }
    }

    private static double accuracy(LabelledGrids data, SpecAugment augment, int steps, Path run) throws IOException {
        LeNetConfig config = new LeNetConfig(GridTask.size(data.reader()), data.classNames().size(), 4, 8, 16, 16);
        GridTask task = new GridTask(config, data, augment, 0, 0.25, 3, 8);
        TrainingSettings s = new TrainingSettings(steps, new LearningRate.Constant(3e-3), AdamW.standard(), 1, 1, steps, 100);
        try (Compiler compiler = new Compiler(Backend.SIMD, 1); Trainer trainer = new Trainer(compiler, task, s)) {
            trainer.run(p -> {}, () -> false);
            RunFolder folder = RunFolder.create(run, false);
            folder.save(trainer);
            assertThat(ModelKind.open(folder)).isInstanceOf(LeNet.class);
            SavedImageModel saved = SavedImageModel.open(folder);
            assertThat(saved.reader()).contains(data.reader());
            assertThat(saved.classNames()).isEqualTo(data.classNames());
            try (ImageClassifier classifier = new ImageClassifier(compiler, folder, 7)) { // batches that are not full
                assertThat(classifier.evaluate(data).accuracy()).isGreaterThan(0.8);
            }
            return trainer.validate(100).metrics().get("accuracy");
        }
    }

    @Test
    void risingAndFallingTonesAreToldApart() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < 20; i++) {
            wav(dir.resolve("in/up/" + i + ".wav"), random, true);
            wav(dir.resolve("in/down/" + i + ".wav"), random, false);
        }
        LabelledGrids data = LabelledGrids.read(dir.resolve("in"), new SoundReader(MelSpectrogram.of(8_000, 16), 36), false);
        assertThat(data.classNames()).containsExactly("down", "up");
        assertThat(data.count()).isEqualTo(40);
        assertThat(accuracy(data, new SpecAugment(1, 4, 1, 2), 80, dir.resolve("run"))).isGreaterThan(0.9);
    }

    @Test
    void movementToTheRightAndToTheLeftAreToldApart() throws IOException {
        for (int i = 0; i < 14; i++) {
            gif(dir.resolve("in/right/" + i + ".gif"), 8, i, true);
            gif(dir.resolve("in/left/" + i + ".gif"), 8, i, false);
        }
        Path folder = Files.createDirectories(dir.resolve("in/right/frames"));
        for (int i = 0; i < 8; i++) ImageIO.write(frame(3 * i, 5), "png", folder.resolve("f" + i + ".png").toFile());
        LabelledGrids data = LabelledGrids.read(dir.resolve("in"), new VideoReader(new FrameStack(12, 16, 4)), false);
        assertThat(data.count()).isEqualTo(29);
        float[] a = new float[12 * 16 * 4];
        float[] b = new float[12 * 16 * 4];
        data.read(14 + 5, Normalization.none(4), a, 0); // 13.gif and so on stand in the order of their names
        assertThat(data.label(28)).isEqualTo(1);
        data.read(28, Normalization.none(4), b, 0);
        assertThat(b).isNotEqualTo(a);
        assertThat(accuracy(data, SpecAugment.none(), 80, dir.resolve("run"))).isGreaterThan(0.9);
    }

    @Test
    void syntheticExamplesAreTheSameEachTimeAndOtherInTheTestPart() {
        SoundReader sounds = SoundReader.of(8_000, 12, 0.2);
        VideoReader videos = new VideoReader(new FrameStack(12, 14, 4));
        LabelledGrids a = SyntheticSounds.draw(Part.TRAIN, 20, 3, sounds);
        LabelledGrids v = SyntheticMovements.draw(Part.TRAIN, 20, 3, videos);
        assertThat(numbers(a, 7)).isEqualTo(numbers(SyntheticSounds.draw(Part.TRAIN, 10, 3, sounds), 7)).isNotEqualTo(numbers(SyntheticSounds.draw(Part.TEST, 10, 3, sounds), 7));
        assertThat(numbers(v, 7)).isEqualTo(numbers(SyntheticMovements.draw(Part.TRAIN, 10, 3, videos), 7)).isNotEqualTo(numbers(SyntheticMovements.draw(Part.TEST, 10, 3, videos), 7));
        assertThat(a.classNames().get(a.label(13))).isEqualTo("rising");
        assertThat(a.name()).isEqualTo("synthetic sounds (seed 3)");
        assertThatThrownBy(() -> SyntheticSounds.draw(Part.TRAIN, 3, 3, sounds)).hasMessageContaining("each of 5 classes");
    }

    private static float[] numbers(LabelledGrids g, int example) {
        float[] all = new float[g.reader().rows() * g.reader().columns() * g.reader().channels()];
        g.read(example, Normalization.none(g.reader().channels()), all, 0);
        return all;
    }

    @Test
    void examplesAreNormalizedByMeanAndDeviation() {
        LabelledGrids v = SyntheticMovements.draw(Part.TRAIN, 8, 3, new VideoReader(new FrameStack(12, 14, 2)));
        List<Integer> some = List.of(0, 3, 5);
        Normalization by = v.normalization(some);
        double sum = 0;
        double squares = 0;
        for (int e : some) {
            float[] x = new float[12 * 14 * 2];
            v.read(e, by, x, 0);
            for (int i = 1; i < x.length; i += 2) {
                sum += x[i];
                squares += x[i] * x[i];
            }
        }
        assertThat(sum / (3 * 12 * 14)).isCloseTo(0, within(1e-5));
        assertThat(squares / (3 * 12 * 14)).isCloseTo(1, within(1e-5));
    }

    @Test
    void whatIsBadIsLeftOutAndCountedIfThatIsWanted() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < 3; i++) {
            wav(dir.resolve("in/up/" + i + ".wav"), random, true);
            wav(dir.resolve("in/down/" + i + ".wav"), random, false);
        }
        byte[] whole = Files.readAllBytes(dir.resolve("in/up/0.wav"));
        Files.write(dir.resolve("in/up/3.wav"), Arrays.copyOf(whole, whole.length / 2));
        Files.write(dir.resolve("in/up/4.wav"), new byte[0]);
        Files.createDirectories(dir.resolve("in/silent"));
        SoundReader reader = SoundReader.of(8_000, 8, 0.2);
        assertThatThrownBy(() -> LabelledGrids.read(dir.resolve("in"), reader, false)).isInstanceOf(DataException.class).hasMessageContaining("silent holds no WAV files");
        LabelledGrids data = LabelledGrids.read(dir.resolve("in"), reader, true);
        assertThat(data.count()).isEqualTo(6);
        assertThat(data.skipped().count()).isEqualTo(3);
        assertThat(data.skipped().reasons()).anyMatch(r -> r.contains("3.wav") && r.contains("cut")).anyMatch(r -> r.contains("4.wav"));
        for (int bit = 0; bit < 44 * 8; bit++) { // whatever stands in the head: an error that names the file, or a sound
            byte[] bad = whole.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            Path file = Files.write(dir.resolve("bad.wav"), bad);
            try {
                assertThat(reader.read(file)).hasSize(reader.rows() * 8);
            } catch (DataException e) {
                assertThat(e).hasMessageContaining("bad.wav");
            }
        }
    }

    @Test
    void aFolderOfFramesAndAGifOfThemAreTheSame() throws IOException {
        Path folder = Files.createDirectories(dir.resolve("frames"));
        for (int i = 0; i < 6; i++) ImageIO.write(frame(3 * i, 5), "png", folder.resolve("f" + i + ".png").toFile());
        gif(dir.resolve("a.gif"), 6, 5, true);
        FrameStack stack = new FrameStack(24, 32, 3);
        float[] x = stack.read(folder);
        assertThat(stack.read(dir.resolve("a.gif"))).isEqualTo(x);
        assertThat(x[(6 * 32 + 4) * 3]).isEqualTo(1);
        assertThat(x[(6 * 32 + 30) * 3]).isZero();
    }

    @Test
    void specAugmentHidesStretchesTheSameForOneSeed() {
        SpecAugment s = new SpecAugment(1, 5, 1, 3);
        for (int n = 0; n < 50; n++) {
            float[] grid = new float[20 * 10 * 2];
            Arrays.fill(grid, 1);
            s.apply(grid, 0, 20, 10, 2, 4, n);
            int rows = 0;
            int columns = 0;
            for (int r = 0; r < 20; r++) {
                boolean all = true;
                for (int i = 0; i < 20; i++) all &= grid[r * 20 + i] == 0;
                if (all) rows++;
            }
            for (int c = 0; c < 10; c++) {
                boolean all = true;
                for (int r = 0; r < 20; r++) all &= grid[(r * 10 + c) * 2] == 0 && grid[(r * 10 + c) * 2 + 1] == 0;
                if (all) columns++;
            }
            int zeros = 0;
            for (float x : grid) {
                if (x == 0) zeros++;
            }
            assertThat(rows).isLessThanOrEqualTo(5);
            assertThat(columns).isLessThanOrEqualTo(3);
            assertThat(zeros).isEqualTo(2 * (rows * 10 + columns * 20 - rows * columns));
            float[] again = new float[20 * 10 * 2];
            Arrays.fill(again, 1);
            s.apply(again, 0, 20, 10, 2, 4, n);
            assertThat(again).isEqualTo(grid);
        }
    }

    @Test
    void whatCannotBeUsedIsNamed() throws IOException {
        SoundReader m = new SoundReader(MelSpectrogram.of(8_000, 16), 30);
        assertThatThrownBy(() -> LabelledGrids.read(dir.resolve("absent"), m, false)).isInstanceOf(DataException.class).hasMessageContaining("no folder");
        Files.createDirectories(dir.resolve("in/a"));
        assertThatThrownBy(() -> LabelledGrids.read(dir.resolve("in"), m, false)).hasMessageContaining("two classes");
        Files.createDirectories(dir.resolve("in/b"));
        assertThatThrownBy(() -> LabelledGrids.read(dir.resolve("in"), m, false)).hasMessageContaining("no WAV files");
        wav(dir.resolve("in/a/1.wav"), new Random(1), true);
        assertThatThrownBy(() -> LabelledGrids.read(dir.resolve("in"), SoundReader.of(16_000, 8, 0.3), false)).isInstanceOf(DataException.class)
                .hasMessageContaining("1.wav").hasMessageContaining("16000");
        FrameStack stack = new FrameStack(8, 8, 2);
        Path text = Files.writeString(dir.resolve("x.gif"), "no pictures");
        assertThatThrownBy(() -> stack.read(text)).isInstanceOf(DataException.class).hasMessageContaining("x.gif");
        assertThatThrownBy(() -> stack.read(Files.createDirectory(dir.resolve("none")))).hasMessageContaining("no pictures");
        Files.writeString(dir.resolve("none/1.png"), "no picture");
        assertThatThrownBy(() -> stack.read(dir.resolve("none"))).isInstanceOf(DataException.class).hasMessageContaining("1.png");
        assertThatThrownBy(() -> new FrameStack(0, 8, 2)).hasMessageContaining("height");
    }
}
