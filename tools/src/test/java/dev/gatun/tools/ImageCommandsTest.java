package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Training, evaluation and prediction of images, as one types them. Nothing may hang. */
@Timeout(120)
class ImageCommandsTest {
    @TempDir
    Path dir;

    private record Result(int code, String out, String err) {}

    private static Result gatun(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Gatun.run(new PrintWriter(out, true), new PrintWriter(err, true), Arrays.stream(args).map(Object::toString).toArray(String[]::new));
        return new Result(code, out.toString(), err.toString());
    }

    /** A step of a small network into {@code run}, on the backend that compiles nothing. */
    private Result train(Object... more) {
        List<Object> args = new ArrayList<>(List.of("train", "lenet", "--steps", 1, "--out", dir.resolve("run")));
        if (!List.of(more).contains("--batch")) args.addAll(List.of("--batch", 2));
        args.addAll(List.of(more));
        return plain(args.toArray());
    }

    private static Result plain(Object... args) {
        List<Object> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--backend", "reference"));
        return gatun(all.toArray());
    }

    private void refused(Result r, String... expected) {
        assertThat(r.code()).as(r.err() + r.out()).isEqualTo(2);
        assertThat(r.err().strip().lines()).hasSize(1);
        assertThat(r.err()).startsWith("gatun: ").contains(expected).doesNotContain("\tat ", "Exception");
    }

    @Test
    void digitsAreTrainedMeasuredAndPredicted() throws IOException {
        Result r = gatun("train", "lenet", "--threads", 1, "--backend", "simd", "--out", dir.resolve("run"), "--images", 600, "--steps", 120,
                "--batch", 32, "--augment", "shift=1", "--label-smoothing", 0.05, "--workers", 2);
        assertThat(r.code()).as(r.err()).isZero();
        assertThat(r.out()).contains("synthetic digits", "600 images of 28x28x1 in 10 classes", "120 to validate with", "61,706 parameters",
                "accuracy", "images/s", "saved in");
        Path run = dir.resolve("run");
        assertThat(run.resolve("metrics.csv")).content().startsWith("step,train_loss,validation_loss,validation_accuracy,").hasLineCount(121);
        assertThat(Files.readString(run.resolve("config.json"))).contains("\"kind\" : \"lenet\"", "\"classNames\" : [ \"0\", \"1\"");
        Result eval = gatun("eval", run, "--threads", 1, "--backend", "simd");
        assertThat(eval.code()).as(eval.err()).isZero();
        assertThat(eval.out()).contains("examples 2,000", "top-5 accuracy", "macro average", "micro average", "rows: class", "confusion.png")
                .containsPattern("   auc (0\\.9\\d{3}|1\\.0000)\\R");
        double accuracy = Double.parseDouble(eval.out().replaceFirst("(?s).*?   accuracy ([0-9.]+).*", "$1"));
        assertThat(accuracy).isGreaterThan(0.7);
        assertThat(ImageIO.read(run.resolve("confusion.png").toFile())).isNotNull();
        assertThat(run.resolve("confusion.svg")).content().startsWith("<svg").contains(String.format(java.util.Locale.ROOT, "accuracy %.4f", accuracy));
        Result json = gatun("eval", run, "--json", "--batch", 37, "--pictures", dir.resolve("pictures"), "--threads", 1, "--backend", "simd");
        assertThat(json.out()).startsWith("{").contains("\"confusion\"", "\"examples\" : 2000");
        assertThat(dir.resolve("pictures/confusion.png")).exists();

        Path light = picture("one.png", 40, 56, Color.BLACK, Color.WHITE);
        Path dark = picture("dark.jpg", 40, 56, Color.WHITE, Color.BLACK);
        Result guess = gatun("predict", run, light, "--threads", 1, "--backend", "simd");
        assertThat(guess.code()).as(guess.err()).isZero();
        assertThat(guess.out()).matches("(?s).*one\\.png: \\d 0\\.\\d{4}  \\d 0\\.\\d{4}  \\d 0\\.\\d{4}\\R");
        Result inverted = gatun("predict", run, light, dark, "--invert", "--top", 1, "--threads", 1, "--backend", "simd");
        assertThat(inverted.out().lines()).hasSize(2).allMatch(l -> l.matches(".*: \\d [01]\\.\\d{4}"));
        assertThat(inverted.out().lines().toList().get(1).replaceFirst(".*: (\\d).*", "$1")).as("the dark one, inverted, is the light one")
                .isEqualTo(guess.out().replaceFirst("(?s).*?: (\\d).*", "$1").strip());
    }

    /** A stroke like a 1. */
    private Path picture(String name, int width, int height, Color ground, Color ink) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(ground);
        g.fillRect(0, 0, width, height);
        g.setColor(ink);
        g.fillRect(width / 2 - 2, height / 4, 4, height / 2);
        g.dispose();
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(image, name.endsWith("jpg") ? "jpg" : "png", file.toFile());
        return file;
    }

    @Test
    void anInterruptedRunGoesOnAsIfItHadNot() throws IOException {
        Object[] flags = {"train", "mobilenet", "--data", pictures(12, 12), "--batch", 2, "--steps", 4, "--augment", "shift=1"};
        Result whole = plain(with(flags, "--out", dir.resolve("whole")));
        assertThat(whole.code()).as(whole.err()).isZero();
        Result half = plain(with(flags, "--out", dir.resolve("half"), "--checkpoint-every", 2, "--keep", 9));
        assertThat(half.code()).as(half.err()).isZero();
        byte[] weights = Files.readAllBytes(dir.resolve("whole/weights.safetensors"));
        assertThat(Files.readAllBytes(dir.resolve("half/weights.safetensors"))).isEqualTo(weights);
        try (var steps = Files.list(dir.resolve("half/checkpoints"))) { // as if the run had ended at step 2
            for (Path p : steps.filter(p -> p.getFileName().toString().contains("4")).toList()) delete(p);
        }
        Result resumed = gatun("train", "mobilenet", "--resume", dir.resolve("half"));
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(resumed.out()).contains("resumed  at step 2 of 4");
        assertThat(Files.readAllBytes(dir.resolve("half/weights.safetensors"))).as("running statistics included").isEqualTo(weights);
    }

    @Test
    void everyOptionOfTrainingWorksOnImagesToo() throws IOException {
        Result r = train("--overwrite", "--images", 40, "--accumulate", 2, "--schedule", "one-cycle", "--average", 0.9, "--freeze", "first*", "--group",
                "*.bias:decay=0,rate=2", "--clip", 1, "--optimizer", "lion", "--l2", 0.01, "--warmup", 1, "--validate-every", 1, "--patience", 3);
        assertThat(r.code()).as(r.err()).isZero();
        assertThat(r.out()).contains("1 steps of 2 x 2 images, 10 an epoch, lion");
        assertThat(Files.readString(dir.resolve("run/config.json"))).contains("OneCycle[peak=1.0E-4", "\"parts\" : 2", "\"averaging\" : 0.9", "\"clip\" : 1.0");
        Result found = gatun("train", "lenet", "--images", 40, "--batch", 2, "--find-learning-rate", "--out", dir.resolve("none"), "--threads", 1, "--backend", "simd");
        assertThat(found.code()).as(found.err()).isZero();
        assertThat(found.out()).contains("suggestion: --learning-rate");
        assertThat(dir.resolve("none")).doesNotExist();
    }

    @Test
    void aPresetTrainsAsItAlwaysDid() throws IOException {
        assertThat(train("--images", 40).code()).isZero();
        assertThat(Files.readString(dir.resolve("run/config.json"))).contains("\"clip\" : 0.0",
                "AdamW[beta1=0.9, beta2=0.999, epsilon=1.0E-8, weightDecay=0.01, decayVectors=false]",
                "Cosine[peak=0.004, floor=0.0, warmup=0, steps=1]");
    }

    private static Object[] with(Object[] flags, Object... more) {
        List<Object> all = new ArrayList<>(List.of(flags));
        all.addAll(List.of(more));
        return all.toArray();
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path p : files.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(p);
        }
    }

    @ParameterizedTest
    @EnumSource(value = dev.gatun.models.vision.ImagePreset.class, names = {"VGG", "MOBILENET", "VIT"})
    void smallPresetsTakeTheirFirstStep(dev.gatun.models.vision.ImagePreset preset) throws IOException {
        Path data = pictures(12, 12); // small, for large networks
        Result r = plain("train", preset.label(), "--data", data, "--batch", 2, "--steps", 1, "--out", dir.resolve("run"));
        assertThat(r.code()).as(r.err()).isZero();
        assertThat(r.out()).contains("model    " + preset.label(), "12x12x3 in 2 classes");
        assertThat(plain("predict", dir.resolve("run"), data.resolve("train/cats/0.png"), "--top", 9).out()).containsPattern("cats [01]\\.")
                .containsPattern("dogs [01]\\.");
    }

    /** A folder of two classes, with a test part; also in an odd order, with a hidden file and one that is no picture. */
    private Path pictures(int width, int height) throws IOException {
        for (String part : List.of("train", "test")) {
            for (int i = 0; i < 4; i++) {
                picture("pets/" + part + "/dogs/" + i + ".png", width, height, Color.BLACK, Color.RED);
                picture("pets/" + part + "/cats/" + i + ".png", width, height, Color.BLUE, Color.WHITE);
            }
        }
        Files.writeString(dir.resolve("pets/train/cats/notes.txt"), "not a picture");
        Files.writeString(dir.resolve("pets/train/cats/.hidden.png"), "not a picture");
        return dir.resolve("pets");
    }

    @Test
    void picturesThatCannotBeUsedAreNamedOrCounted() throws IOException {
        Path data = pictures(20, 16);
        Path broken = data.resolve("train/cats/2.png");
        Files.write(broken, Arrays.copyOf(Files.readAllBytes(broken), 40));
        refused(train("--data", data, "--batch", 4), "2.png", "does not decode");
        Result skipped = train("--data", data, "--batch", 4, "--skip-bad");
        assertThat(skipped.code()).as(skipped.err()).isZero();
        assertThat(skipped.out()).contains("7 images of 16x20x3", "skipped  1 bad image of", "2.png");
        Files.delete(broken);
        picture("pets/train/dogs/odd.png", 21, 16, Color.BLACK, Color.RED);
        refused(train("--data", data, "--overwrite"), "odd.png", "16x21", "all images need one size");
        assertThat(train("--data", data, "--overwrite", "--batch", 4, "--image-size", "16x16", "--channels", 1).out()).contains("8 images of 16x16x1");
        assertThat(train("--data", data, "--overwrite", "--batch", 4, "--skip-bad").out()).contains("skipped  1 bad image");
        Files.createDirectories(data.resolve("train/emus"));
        refused(train("--data", data, "--overwrite", "--image-size", 16), "emus", "no pictures");
        refused(train("--data", data, "--overwrite", "--image-size", 16, "--skip-bad"), "[cats, dogs, emus]", "must be the same");
        refused(plain("eval", dir.resolve("run"), "--data", data.resolve("train")), "emus", "no pictures");
        refused(plain("predict", dir.resolve("run"), data.resolve("train/cats/notes.txt")), "notes.txt", "not a picture");
        Result some = plain("predict", dir.resolve("run"), data.resolve("train/cats/notes.txt"), data.resolve("train/cats/0.png"), "--skip-bad");
        assertThat(some.code()).isZero();
        assertThat(some.out()).contains("notes.txt: skipped: ", "0.png: ");
    }

    private void idx(Path folder, String stem, int count, int declared, int label) throws IOException {
        Files.createDirectories(folder);
        ByteArrayOutputStream images = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(images);
        for (int v : new int[] {0x803, declared, 28, 28}) out.writeInt(v);
        byte[] pixels = new byte[28 * 28 * count];
        new Random(1).nextBytes(pixels);
        out.write(pixels);
        Files.write(folder.resolve(stem + "-images-idx3-ubyte"), images.toByteArray());
        ByteArrayOutputStream labels = new ByteArrayOutputStream();
        out = new DataOutputStream(labels);
        out.writeInt(0x801);
        out.writeInt(declared);
        for (int i = 0; i < count; i++) out.write(i == 3 ? label : i % 10);
        Files.write(folder.resolve(stem + "-labels-idx1-ubyte"), labels.toByteArray());
    }

    @Test
    void idxFilesThatCannotBeUsedAreNamedOrCounted() throws IOException {
        Path data = dir.resolve("idx");
        idx(data, "train", 20, 25, 3);
        refused(train("--data", data), "train-images-idx3-ubyte", "cut off");
        Result skipped = train("--data", data, "--skip-bad");
        assertThat(skipped.code()).as(skipped.err()).isZero();
        assertThat(skipped.out()).contains("18 images", "2 to validate with", "skipped  5 bad images");
        idx(data, "train", 20, 20, 12);
        refused(train("--data", data, "--overwrite"), "train-labels-idx1-ubyte", "label 3 is 12", "expected 0 to 9");
        assertThat(train("--data", data, "--overwrite", "--skip-bad").out()).contains("skipped  1 bad image of");
        assertThat(train("--data", data, "--overwrite", "--classes", 13, "--format", "idx").out()).contains("13 classes");
        refused(plain("eval", dir.resolve("run"), "--data", data), "t10k-images", "put the IDX file there");
        idx(data, "t10k", 9, 9, 3);
        assertThat(plain("eval", dir.resolve("run"), "--data", data, "--classes", 13).out()).contains("examples 9");
        refused(plain("eval", dir.resolve("run"), "--data", data), "the model knows the classes");
    }

    @Test
    void cifarFilesThatCannotBeUsedAreNamed() throws IOException {
        Path data = Files.createDirectories(dir.resolve("cifar"));
        byte[] records = new byte[4 * 3073];
        for (int i = 0; i < 5; i++) Files.write(data.resolve("data_batch_" + (i + 1) + ".bin"), records);
        Files.write(data.resolve("test_batch.bin"), records);
        assertThat(train("--data", data, "--format", "cifar10").out()).contains("20 images of 32x32x3 in 10 classes", "4 to validate with");
        refused(train("--data", data, "--format", "cifar100", "--overwrite"), "10 classes", "--format cifar10");
        records[3073] = 10;
        Files.write(data.resolve("data_batch_3.bin"), records);
        refused(train("--data", data, "--overwrite"), "data_batch_3.bin", "label of record 1 is 10");
        Files.write(data.resolve("data_batch_3.bin"), Arrays.copyOf(records, 3072));
        refused(train("--data", data, "--overwrite"), "data_batch_3.bin", "cut off in record 0");
        assertThat(train("--data", data, "--overwrite", "--skip-bad").out()).contains("16 images", "skipped  1 bad image");
    }

    @ParameterizedTest
    @CsvSource({
        "--epochs, 0, --epochs must be at least 1",
        "--batch, -1, --batch must be at least 1",
        "--batch, 7000, fewer than a batch of 7000",
        "--learning-rate, 0, --learning-rate must be a number above 0",
        "--optimizer, adagrad, --optimizer",
        "--schedule, zigzag, --schedule",
        "--augment, spin=3, --augment knows no 'spin=3'",
        "--augment, shift, shift needs a number",
        "--augment, rotate=400, at most 180",
        "--augment, mixup=-1, mixup and cutmix take",
        "--label-smoothing, 1, label smoothing must lie in",
        "--weight-decay, -1, --weight-decay must be a number of at least 0",
        "--workers, 0, --workers must be at least 1",
        "--workers, 1000, 1 to 256 workers",
        "--validation, 1, --validation must lie between",
        "--channels, 2, --channels must be 1 or 3",
        "--image-size, 64x, --image-size takes rows and columns",
        "--image-size, 64x64, synthetic digits are 28x28",
        "--format, folder, needs the folder of the files",
        "--format, tiff, --format",
        "--data, absent, absent is not a folder",
        "--images, 0, --images must be at least 1",
        "--clip, -1, --clip must be a number of at least 0",
        "--average, 1, '--average must lie in [0,1)'",
        "--accumulate, 0, --accumulate must be at least 1",
        "--freeze, conv*, no parameter's name fits the pattern conv*",
    })
    void flagsOutOfRangeAreNamed(String flag, String value, String expected) {
        List<Object> args = new ArrayList<>(List.of("train", "lenet", "--out", dir.resolve("run")));
        if (!flag.equals("--images")) args.addAll(List.of("--images", 200));
        if (!flag.equals("--epochs")) args.addAll(List.of("--steps", 2));
        args.addAll(List.of("--backend", "reference"));
        args.addAll(List.of(flag, value));
        refused(gatun(args.toArray()), expected);
        assertThat(dir.resolve("run")).doesNotExist();
    }

    @Test
    void otherRunsAndMissingOnesAreRefused() throws IOException {
        refused(gatun("eval", dir.resolve("absent")), "absent", "does not exist");
        refused(gatun("predict", dir.resolve("absent"), "x.png"), "absent", "does not exist");
        refused(gatun("predict", dir), "FILE");
        Path run = Files.createDirectories(dir.resolve("gpt"));
        Files.writeString(run.resolve("config.json"), """
                {"format": "gatun-run", "version": 1, "model": {"kind": "gpt", "vocabulary": 9, "context": 8, "layers": 1, "heads": 1,
                 "width": 8, "positions": "learned", "dropout": 0}}
                """);
        refused(gatun("eval", run), "--data is missing");
        refused(gatun("predict", run, "x.png"), "is no classifier of images");
        refused(gatun("sample", lenet()), "is no language model");
        assertThat(gatun("train", "vit", "--help").out()).contains("Usage: gatun train vit", "vision transformer", "--label-smoothing",
                "batch 64, 10 epochs, adamw, learning rate 0.001, weight decay 0.05, not clipped");
        assertThat(gatun("train", "--help").out()).contains("lenet", "resnet50", "mobilenet");
        assertThat(gatun("eval", "--help").out()).contains("confusion.svg");
        assertThat(gatun("predict", "--help").out()).contains("--invert");
    }

    private Path lenet() {
        train("--images", 16);
        return dir.resolve("run");
    }
}
