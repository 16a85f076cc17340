package dev.gatun.models.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class LinePlotTest {
    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    private static Curve curve(int n) {
        Curve c = new Curve();
        for (int i = 1; i <= n; i++) c.add(i, 4 / Math.sqrt(i) + 1);
        return c;
    }

    @Test
    void thePictureIsXmlWithBothCurvesInsideIts() throws Exception {
        Document d = parse(new LinePlot("a <b> & \"c\" \u0001", "loss (nats per token)").line("train", curve(500)).line("validation", curve(5)).picture());
        assertThat(d.getElementsByTagName("title").item(0).getTextContent()).isEqualTo("a <b> & \"c\"  ");
        var lines = d.getElementsByTagName("polyline");
        assertThat(lines.getLength()).isEqualTo(2);
        for (int i = 0; i < 2; i++) {
            for (String point : ((Element) lines.item(i)).getAttribute("points").split(" ")) {
                String[] xy = point.split(",");
                assertThat(Double.parseDouble(xy[0])).isBetween(0.0, 960.0);
                assertThat(Double.parseDouble(xy[1])).isBetween(0.0, 540.0);
            }
        }
        assertThat(d.getDocumentElement().getTextContent()).contains("loss (nats per token)", "train, last", "validation, last");
    }

    @Test
    void oddCurvesDrawToo() throws Exception {
        for (List<Double> values : List.of(List.<Double>of(), List.of(2.0), List.of(0.0, 0.0), List.of(1e-9, 1e9), List.of(-3.0, 3.0))) {
            Curve c = new Curve();
            for (int i = 0; i < values.size(); i++) c.add(i + 1, values.get(i));
            assertThat(parse(new LinePlot("t", "loss").line("train", c).line("validation", new Curve()).picture()).getDocumentElement().getTagName()).isEqualTo("svg");
        }
    }

    @Test
    void aLongCurveKeepsItsEndsInBoundedMemory() {
        Curve c = new Curve();
        for (int i = 1; i <= 100_000; i++) c.add(i, i);
        assertThat(c.size()).isBetween(500, 1024);
        for (int i = 0; i < c.size(); i++) assertThat(c.y(i)).isEqualTo(c.x(i));
        assertThat(c.x(0)).isBetween(1.0, 200.0);
        assertThat(c.x(c.size() - 1)).isGreaterThan(99_000);
    }
}
