package dev.gatun.models.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

class ClassificationTest {
    /** Class 0: 3 of 4 found, one taken for 1; class 1: 1 of 2 found, one taken for 0; class 2: both taken for 1; 3 never occurs. */
    private static ConfusionMatrix matrix() {
        ConfusionMatrix m = new ConfusionMatrix(4);
        int[][] pairs = {{0, 0}, {0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 0}, {2, 1}, {2, 1}};
        for (int[] p : pairs) m.add(p[0], p[1]);
        return m;
    }

    @Test
    void figuresFollowFromCounts() {
        ConfusionMatrix m = matrix();
        assertThat(m.total()).isEqualTo(8);
        assertThat(m.accuracy()).isEqualTo(0.5);
        assertThat(m.score(0)).isEqualTo(new Score(0.75, 0.75, 0.75, 4));
        assertThat(m.score(1)).isEqualTo(new Score(0.25, 0.5, 2.0 / 6, 2));
        assertThat(m.score(2)).as("never predicted").isEqualTo(new Score(0, 0, 0, 2));
        assertThat(m.score(3)).as("never there").isEqualTo(new Score(0, 0, 0, 0));
        Score macro = m.macro(); // over the three classes that occur
        assertThat(macro.precision()).isCloseTo((0.75 + 0.25 + 0) / 3, within(1e-12));
        assertThat(macro.recall()).isCloseTo((0.75 + 0.5 + 0) / 3, within(1e-12));
        assertThat(macro.f1()).isCloseTo((0.75 + 1.0 / 3 + 0) / 3, within(1e-12));
        assertThat(m.micro()).isEqualTo(new Score(0.5, 0.5, 0.5, 8));
        assertThat(new ConfusionMatrix(2).accuracy()).isNaN();
    }

    @Test
    void ranksCountHigherScoresAndEqualOnesBefore() {
        float[] scores = {9, 9, 9, 1, 5, 3, 5, 4}; // the second example starts at 3
        for (int k = 1; k <= 5; k++) {
            TopK top = new TopK(k);
            top.add(scores, 3, 5, 1); // 5 ranks first
            top.add(scores, 3, 5, 3); // 5 again, second
            top.add(scores, 3, 5, 4); // third
            top.add(scores, 3, 5, 0); // last
            assertThat(top.accuracy()).as("k " + k).isEqualTo(new double[] {0.25, 0.5, 0.75, 0.75, 1}[k - 1]);
        }
        TopK nan = new TopK(2);
        nan.add(new float[] {Float.NaN, 1}, 0, 2, 0);
        assertThat(nan.accuracy()).as("a score that is no number is no hit").isZero();
        assertThatThrownBy(() -> new TopK(0)).hasMessageContaining("at least 1");
    }

    @Test
    void batchesAddUpToWhatPlainArithmeticSays() {
        Random r = new Random(1);
        int classes = 7;
        int rows = 11;
        Classification c = new Classification(IntStream.range(0, classes).mapToObj(i -> "c" + i).toList());
        double loss = 0;
        int correct = 0;
        int top = 0;
        int total = 0;
        for (int batch = 0; batch < 9; batch++) {
            int size = batch == 8 ? 4 : rows; // the last is not full
            float[] logits = new float[rows * classes];
            int[] labels = new int[rows];
            for (int i = 0; i < logits.length; i++) logits[i] = (float) r.nextGaussian() * 30;
            for (int i = 0; i < rows; i++) labels[i] = i < size ? r.nextInt(classes) : -1;
            c.add(logits, labels, size);
            for (int row = 0; row < size; row++) {
                double[] p = new double[classes];
                double sum = 0;
                for (int k = 0; k < classes; k++) sum += p[k] = Math.exp(logits[row * classes + k]);
                double own = p[labels[row]];
                long above = java.util.Arrays.stream(p).filter(x -> x > own).count();
                loss -= Math.log(own / sum);
                correct += above == 0 ? 1 : 0;
                top += above < 5 ? 1 : 0;
                total++;
            }
        }
        ClassificationReport report = c.report();
        assertThat(report.loss()).isCloseTo(loss / total, within(1e-9));
        assertThat(report.accuracy()).isEqualTo((double) correct / total);
        assertThat(report.k()).isEqualTo(5);
        assertThat(report.topK()).isEqualTo((double) top / total);
        assertThat(report.matrix().total()).isEqualTo(total);
        assertThatThrownBy(() -> c.add(new float[6], new int[1], 1)).hasMessageContaining("7 classes");
        assertThatThrownBy(() -> c.add(new float[7], new int[] {7}, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void reportsReadAsTextAndAsJson() throws IOException {
        ClassificationReport report = new ClassificationReport(List.of("cat", "dog \"d\"", "emu", "fox"), matrix(), 0.25, 4, 1, List.of(0.75, 0.5, 1.0, Double.NaN));
        assertThat(report.text()).contains("accuracy 0.5000", "top-4 accuracy 1.0000", "macro average", "rows: class, columns: predicted")
                .contains("auc 0.7500")
                .containsPattern("cat +0\\.7500 +0\\.7500 +0\\.7500 +0\\.7500 +4").containsPattern("fox +0\\.0000 +0\\.0000 +0\\.0000 +- +0").containsPattern("(?m)^emu +0 +2 +0 +0$");
        JsonNode json = new ObjectMapper().readTree(report.json());
        assertThat(json.path("accuracy").doubleValue()).isEqualTo(0.5);
        assertThat(json.path("classes").get(1).path("name").textValue()).isEqualTo("dog \"d\"");
        assertThat(json.path("classes").get(1).path("precision").doubleValue()).isEqualTo(0.25);
        assertThat(json.path("auc").doubleValue()).isEqualTo(0.75);
        assertThat(json.path("classes").get(3).path("auc").isNull()).as("not defined").isTrue();
        assertThat(json.path("confusion").get(2).get(1).intValue()).isEqualTo(2);
        assertThat(json.path("micro").path("f1").doubleValue()).isEqualTo(0.5);
    }

    @Test
    void manyClassesShowTheirLargestErrors() {
        ConfusionMatrix m = new ConfusionMatrix(30);
        for (int i = 0; i < 5; i++) m.add(7, 8);
        m.add(9, 9);
        String text = new ClassificationReport(IntStream.range(0, 30).mapToObj(i -> "n" + i).toList(), m, 1, 5, 0, List.of()).text();
        assertThat(text).contains("most frequent confusions").containsPattern("5  n7 taken for n8").doesNotContain("n9 taken");
    }

    @Test
    void picturesShowEveryCell() throws Exception {
        ConfusionMatrix m = matrix();
        String svg = ConfusionPicture.svg(m, List.of("a<b", "c&d", "x", "y"), "run \"1\" <t>");
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(svg.getBytes("UTF-8")));
        assertThat(document.getElementsByTagName("rect").getLength()).isEqualTo(1 + 16);
        assertThat(document.getElementsByTagName("text").getLength()).as("title, names twice, counts that are not 0").isEqualTo(1 + 8 + 5);
        var image = ImageIO.read(new ByteArrayInputStream(ConfusionPicture.png(m)));
        int cell = 44;
        int hit = image.getRGB(28 + 3, 28 + 3) & 0xffffff;
        int miss = image.getRGB(28 + 3, 28 + cell + 3) & 0xffffff;
        int nothing = image.getRGB(28 + 2 * cell + 3, 28 + 3) & 0xffffff;
        assertThat(nothing).isEqualTo(0xffffff);
        assertThat(hit & 0xff).as("hits are blue").isGreaterThan(hit >> 16);
        assertThat(miss >> 16).as("errors are red").isGreaterThan(miss & 0xff);
        assertThat(ImageIO.read(new ByteArrayInputStream(ConfusionPicture.png(new ConfusionMatrix(1000)))).getWidth()).isLessThan(8192);
    }
}
