package dev.gatun.models.data.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.data.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {
    @TempDir
    Path dir;

    private CsvTable table(String text) throws IOException {
        return CsvTable.read(Files.writeString(dir.resolve("t.csv"), text), ',');
    }

    private static int[] rows(int to) {
        return IntStream.range(0, to).toArray();
    }

    @Test
    void quotesLineEndsAndSpacesAreRead() throws IOException {
        CsvTable t = table("\uFEFFname, \"a \"\"b\"\"\" ,c\r\n\"x, y\",\"two\nlines\",\r\n\n  plain  ,\"\",3\n");
        assertThat(t.columns()).containsExactly("name", "a \"b\"", "c");
        assertThat(t.rows()).isEqualTo(2);
        assertThat(List.of(t.at(0, 0), t.at(0, 1), t.at(0, 2))).containsExactly("x, y", "two\nlines", "");
        assertThat(List.of(t.at(1, 0), t.at(1, 1), t.at(1, 2))).containsExactly("plain", "", "3");
        Path tabs = Files.writeString(dir.resolve("t.tsv"), "a\tb\n1\t2");
        assertThat(CsvTable.read(tabs, '\t').at(0, 1)).isEqualTo("2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "a,b~1,2~3 | t.csv:3: expected 2 fields as in the first line, found 1",
        "a,b~1,\"2~x,y~z,4 | t.csv:2: a quote is opened and not closed",
        "a,b~\"1\"x,2 | t.csv:2: expected a separator behind the closing quote",
        "a,b~1 \"x\",2 | t.csv:2: a quote inside of a field",
        "a,b~\"1~1\",2~3,4,5 | t.csv:4: expected 2 fields",
        "a,a~1,2 | t.csv:1: expected each column once",
        "a,,b~1,2,3 | t.csv:1: expected a name for each column",
        "a,b | t.csv has no rows",
        "`` | t.csv is empty",
    })
    void brokenTablesAreNamedWithTheirLine(String text, String expected) throws IOException {
        String lines = text.replace("~", "\n");
        assertThatThrownBy(() -> table(lines)).isInstanceOf(DataException.class).hasMessageContaining(expected);
    }

    @Test
    void filesThatAreNoTableAreNamed() throws IOException {
        assertThatThrownBy(() -> CsvTable.read(dir.resolve("absent.csv"), ',')).hasMessageContaining("does not exist");
        Path latin = Files.write(dir.resolve("latin.csv"), "a,b\ngr\u00fcn,1\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> CsvTable.read(latin, ',')).isInstanceOf(DataException.class).hasMessageContaining("latin.csv is not UTF-8");
        Path field = Files.writeString(dir.resolve("long.csv"), "a,b\n" + "x".repeat(2_000_000) + ",1\n");
        assertThatThrownBy(() -> CsvTable.read(field, ',')).hasMessageContaining("long.csv:2").hasMessageContaining("1048576");
        CsvTable t = table("a,b\n1,2\n");
        assertThatThrownBy(() -> t.column("c")).hasMessageContaining("no column \"c\"").hasMessageContaining("[a, b]");
    }

    @Test
    void numbersAreStandardizedByTheRowsThatAreTrainedOn() throws IOException {
        CsvTable t = table("x,y\n1,0\n3,1\n,0\nNA,1\n100,0\n");
        ColumnCode code = ColumnCode.fit(t, 0, rows(4));
        assertThat(code).isEqualTo(new ColumnCode.Numeric("x", 2, 1, true));
        float[] into = new float[10];
        for (int r = 0; r < 5; r++) code.encode(t.at(r, 0), into, 2 * r);
        assertThat(into).containsExactly(-1, 0, 1, 0, 0, 1, 0, 1, 98, 0);
        assertThat(ColumnCode.fit(table("x\n7\n7\n"), 0, rows(2))).isEqualTo(new ColumnCode.Numeric("x", 7, 1, false));
        assertThat(ColumnCode.fit(table("x,y\n0.1,1\n0.1,1\n0.1,1\n"), 0, rows(3))).satisfies(c -> assertThat(((ColumnCode.Numeric) c).deviation()).isEqualTo(1));
    }

    @Test
    void textBecomesCategoriesAndUnknownOnesShareAPlace() throws IOException {
        CsvTable t = table("c,y\nred,0\nblue,1\nred,0\n?,1\ngreen,0\n");
        ColumnCode code = ColumnCode.fit(t, 0, rows(4));
        assertThat(code).isEqualTo(new ColumnCode.Categorical("c", List.of("red", "blue"), true));
        float[] into = new float[15];
        for (int r = 0; r < 5; r++) code.encode(t.at(r, 0), into, 3 * r);
        assertThat(into).containsExactly(1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1);
        ColumnCode sure = ColumnCode.fit(t, 0, rows(3));
        for (int r = 0; r < 5; r++) sure.encode(t.at(r, 0), into, 3 * r);
        assertThat(into).as("what no row had that was trained on is nothing").containsExactly(1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
        ColumnCode number = ColumnCode.fit(t, 1, rows(5));
        number.encode("", into, 0);
        assertThat(into).startsWith(0, 0);
    }

    @Test
    void theTargetDecidesTheTask() throws IOException {
        CsvTable t = table("a,b,c,d\n1,x,0,1.5\n2,y,1,2\n3,x,1,2.25\n");
        assertThat(TableCode.fit(t, "b", TableCode.Kind.AUTO, rows(2)).classes()).containsExactly("x", "y");
        assertThat(TableCode.fit(t, "c", TableCode.Kind.AUTO, rows(3)).classes()).containsExactly("0", "1");
        TableCode number = TableCode.fit(t, "d", TableCode.Kind.AUTO, rows(3));
        assertThat(number.classifies()).isFalse();
        assertThat(number.outputs()).isEqualTo(1);
        assertThat(number.inputs()).isEqualTo(2 + 3 + 2);
        assertThat(TableCode.fit(t, "c", TableCode.Kind.REGRESSION, rows(3)).classifies()).isFalse();
        assertThat(TableCode.fit(t, "d", TableCode.Kind.CLASSIFICATION, rows(3)).outputs()).isEqualTo(3);
        assertThatThrownBy(() -> TableCode.fit(t, "b", TableCode.Kind.REGRESSION, rows(3))).isInstanceOf(DataException.class).hasMessageContaining("not a number");
        assertThatThrownBy(() -> TableCode.fit(t, "z", TableCode.Kind.AUTO, rows(3))).hasMessageContaining("no column \"z\"");
        assertThatThrownBy(() -> TableCode.fit(table("a,b\n1,\n2,3\n"), "b", TableCode.Kind.AUTO, rows(2))).hasMessageContaining("row 1").hasMessageContaining("missing");
        assertThatThrownBy(() -> TableCode.fit(table("a,b\n1,2\n2,2\n"), "b", TableCode.Kind.AUTO, rows(2))).hasMessageContaining("every row");
        assertThatThrownBy(() -> TableCode.fit(table("b\n1\n2\n"), "b", TableCode.Kind.AUTO, rows(2))).hasMessageContaining("no column beside");
    }

    @Test
    void aSplitDealsOutEachRowOnceBySeed() {
        TableSplit s = TableSplit.of(103, 0.2, 0.1, 4);
        Set<Integer> all = new HashSet<>(s.train());
        all.addAll(s.validation());
        all.addAll(s.test());
        assertThat(all).hasSize(103);
        assertThat(s.train().size() + s.validation().size() + s.test().size()).isEqualTo(103);
        assertThat(s.validation()).hasSize(21);
        assertThat(s.test()).hasSize(10);
        assertThat(TableSplit.of(103, 0.2, 0.1, 4)).isEqualTo(s);
        assertThat(TableSplit.of(103, 0.2, 0.1, 5)).isNotEqualTo(s);
        assertThatThrownBy(() -> TableSplit.of(3, 0.1, 0.1, 1)).isInstanceOf(DataException.class).hasMessageContaining("too few");
        assertThatThrownBy(() -> TableSplit.of(100, 0.6, 0.4, 1)).hasMessageContaining("below 1");
    }
}
