package dev.gatun.models.tasks;

import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.data.table.ColumnCode;
import dev.gatun.models.data.table.CsvTable;
import dev.gatun.models.data.table.TableCode;
import dev.gatun.models.data.table.TableSplit;
import dev.gatun.models.mlp.Perceptron;
import dev.gatun.models.train.Draw;
import dev.gatun.models.train.Inputs;
import dev.gatun.models.train.Task;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.models.train.Validation;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Predicting a column of a table: a class, by cross-entropy, or a number, by squared error of its standardized value.
 * Rows are coded once and kept in memory.
 */
public final class TableTask implements Task {
    /** Share of the rows whose class was found. */
    public static final String ACCURACY = "accuracy";
    /** Mean absolute error, in units of the column. */
    public static final String MAE = "mae";
    /** Root of the mean squared error, in units of the column. */
    public static final String RMSE = "rmse";
    /** Share of the variance that is explained. */
    public static final String R2 = "r2";

    private static final int STREAM = 0x7461626C; // "tabl": tells these draws apart from others under one seed

    private final Perceptron model;
    private final TableCode code;
    private final TableSplit split;
    private final String source;
    private final int batch;
    private final int width;
    private final float[] inputs;
    private final float[] targets;
    private final float[] rows;
    private final float[] values;
    private final int[] labels;

    /**
     * A task.
     *
     * @param model its inputs and outputs are those of the code
     * @param code fitted to the rows that are trained on
     * @param batch rows in a batch
     */
    public TableTask(Perceptron model, CsvTable table, TableCode code, TableSplit split, int batch) {
        if (batch < 1) throw new IllegalArgumentException("batch must be at least 1, got " + batch);
        if (model.config().inputs() != code.inputs() || model.config().outputs() != code.outputs()) {
            throw new IllegalArgumentException("the model takes " + model.config().inputs() + " numbers and gives " + model.config().outputs()
                    + ", the table has " + code.inputs() + " and needs " + code.outputs());
        }
        this.model = model;
        this.code = code;
        this.split = split;
        this.batch = batch;
        source = table.name();
        width = code.inputs();
        inputs = new float[Math.multiplyExact(table.rows(), width)];
        targets = new float[table.rows()];
        int target = table.column(code.target());
        for (int r = 0; r < table.rows(); r++) {
            code.encode(table, r, inputs, r * width);
            String value = table.at(r, target);
            targets[r] = code.classifies() ? code.classes().indexOf(value)
                    : (float) ((ColumnCode.number(value) - scale().mean()) / scale().deviation());
        }
        rows = new float[Math.multiplyExact(batch, width)];
        values = new float[batch];
        labels = new int[batch];
    }

    private ColumnCode.Numeric scale() {
        return code.number().orElseThrow();
    }

    @Override
    public String kind() {
        return Perceptron.KIND;
    }

    @Override
    public Map<String, Object> sizes() {
        return model.sizes();
    }

    @Override
    public Record model() {
        return model;
    }

    private Tensor scores(Tracer t) {
        return model.apply(t.data("rows", TensorType.of(DType.F32, batch, width)));
    }

    /** Loss of each row, {@code [batch]}. */
    private Tensor losses(Tracer t, Tensor scores) {
        if (code.classifies()) return scores.apply(new CrossEntropy(), t.data("labels", TensorType.of(DType.I32, batch)));
        Tensor error = scores.reshape(batch).sub(t.data("values", TensorType.of(DType.F32, batch)));
        return error.mul(error);
    }

    @Override
    public Tensor loss(Tracer t) {
        return losses(t, scores(t)).mean();
    }

    @Override
    public void evaluate(Tracer t) {
        Tensor scores = scores(t);
        t.output("scores", scores);
        t.output(TrainingGraph.LOSS, losses(t, scores).mul(t.data("weights", TensorType.of(DType.F32, batch))).sumAll());
    }

    private void put(int place, int row) {
        System.arraycopy(inputs, row * width, rows, place * width, width);
        values[place] = targets[row];
        labels[place] = code.classifies() ? (int) targets[row] : 0;
    }

    private void send(Inputs into) {
        into.write("rows", rows);
        if (code.classifies()) into.write("labels", labels);
        else into.write("values", values);
    }

    @Override
    public void write(Inputs into, Draw draw) {
        int lo = (int) draw.seed();
        int hi = (int) (draw.seed() >>> 32);
        long n = draw.batch();
        for (int i = 0; i < batch; i++) {
            long word = Philox.word((int) n, (int) (n >>> 32), i, STREAM, lo, hi, 0) & 0xFFFFFFFFL;
            put(i, split.train().get((int) (word * split.train().size() >>> 32)));
        }
        send(into);
    }

    @Override
    public Validation validate(Executable executable, int most) {
        return measure(executable, split.validation());
    }

    /** Measures the model on rows that were neither trained on nor watched. */
    public Validation test(Executable executable) {
        return measure(executable, split.test());
    }

    private Validation measure(Executable executable, List<Integer> which) {
        Inputs into = new Inputs(executable, TrainingGraph.EVALUATE);
        float[] scores = new float[batch * code.outputs()];
        float[] weights = new float[batch];
        TableScore score = TableScore.counting(code);
        double loss = 0;
        for (int from = 0; from < which.size(); from += batch) {
            int count = Math.min(batch, which.size() - from);
            for (int i = 0; i < batch; i++) {
                put(i, which.get(from + Math.min(i, count - 1)));
                weights[i] = i < count ? 1 : 0;
            }
            send(into);
            into.write("weights", weights);
            executable.run(TrainingGraph.EVALUATE);
            executable.read(TrainingGraph.EVALUATE, "scores", scores);
            loss += executable.scalar(TrainingGraph.EVALUATE, TrainingGraph.LOSS);
            for (int i = 0; i < count; i++) score.add(scores, i * code.outputs(), code.classifies() ? values[i] : code.value(values[i]));
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put(Validation.LOSS, loss / which.size());
        metrics.putAll(score.metrics());
        return new Validation(which.size(), metrics, code.classifies() ? Optional.of(score.report()) : Optional.empty());
    }

    @Override
    public List<String> metrics() {
        return code.classifies() ? List.of(Validation.LOSS, ACCURACY) : List.of(Validation.LOSS, MAE, RMSE, R2);
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public long batchesPerEpoch() {
        return Math.max(1, split.train().size() / batch);
    }

    @Override
    public String example() {
        return "row";
    }

    @Override
    public String unit() {
        return "row";
    }

    @Override
    public int unitsPerBatch() {
        return batch;
    }

    @Override
    public String data() {
        return source;
    }

    @Override
    public String dataVersion() {
        CRC32C sum = new CRC32C();
        for (float[] part : List.of(inputs, targets)) {
            for (float x : part) {
                int bits = Float.floatToIntBits(x);
                for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) sum.update(bits >>> shift);
            }
        }
        return targets.length + "-" + Long.toHexString(sum.getValue());
    }

    /** Writes {@code table.json}: how the columns became numbers, and what the scores mean. */
    @Override
    public void save(Path folder) throws IOException {
        TableJson.write(folder, code);
    }
}
