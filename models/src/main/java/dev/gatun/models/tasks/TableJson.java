package dev.gatun.models.tasks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.data.table.ColumnCode;
import dev.gatun.models.data.table.TableCode;
import dev.gatun.models.train.ConfigFields;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The file {@code table.json} of a run folder: how columns become numbers, and what the scores mean. */
final class TableJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MEAN = "mean";
    private static final String DEVIATION = "deviation";
    private static final String CATEGORIES = "categories";
    private static final String OTHERS = "others";

    private TableJson() {}

    private static Path in(Path folder) {
        return folder.resolve("table.json");
    }

    static void write(Path folder, TableCode code) throws IOException {
        ObjectNode root = JSON.createObjectNode().put("target", code.target());
        root.set("classes", JSON.valueToTree(code.classes()));
        code.number().ifPresent(n -> root.putObject("number").put(MEAN, n.mean()).put(DEVIATION, n.deviation()));
        for (ColumnCode c : code.features()) {
            ObjectNode one = root.withArray("features").addObject().put("column", c.column());
            switch (c) {
                case ColumnCode.Numeric n -> one.put(MEAN, n.mean()).put(DEVIATION, n.deviation()).put(OTHERS, n.others());
                case ColumnCode.Categorical k -> one.put(OTHERS, k.others()).set(CATEGORIES, JSON.valueToTree(k.categories()));
            }
        }
        AtomicFile.write(in(folder), root.toPrettyString() + "\n");
    }

    /**
     * Reads the file.
     *
     * @throws CheckpointException when it is missing or broken
     */
    static TableCode read(Path folder) throws IOException {
        Path file = in(folder);
        ConfigFields root = ConfigFields.read(file);
        List<ColumnCode> features = new ArrayList<>();
        for (ConfigFields f : root.objects("features")) {
            boolean others = !f.has(OTHERS) || f.flag(OTHERS); // earlier runs always gave them a place
            features.add(f.has(CATEGORIES)
                    ? new ColumnCode.Categorical(f.text("column"), f.texts(CATEGORIES), others)
                    : new ColumnCode.Numeric(f.text("column"), f.real(MEAN), deviation(file, f), others));
        }
        String target = root.text("target");
        List<String> classes = root.has("classes") ? root.texts("classes") : List.of();
        if (classes.isEmpty()) {
            ConfigFields n = root.object("number");
            return new TableCode(features, target, List.of(), Optional.of(new ColumnCode.Numeric(target, n.real(MEAN), deviation(file, n), false)));
        }
        return new TableCode(features, target, classes, Optional.empty());
    }

    private static double deviation(Path file, ConfigFields f) {
        double d = f.real(DEVIATION);
        if (!(d > 0) || Double.isInfinite(d)) throw new CheckpointException(file, DEVIATION, "expected a number above 0, found " + d);
        return d;
    }
}
