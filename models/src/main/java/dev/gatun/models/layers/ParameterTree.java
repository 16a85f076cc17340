package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The parameters of a model by name. A model is a record; a parameter's name is the path of record components to it,
 * list elements by number, map entries by key: {@code layers.0.attention.qkv.weight}. Components that are records, parameters,
 * statistics, lists, maps or optionals of these are followed; all others are settings. A parameter found twice keeps its first name.
 */
public final class ParameterTree {
    /** A parameter and its name. */
    public record Entry(String name, Parameter parameter) {}

    private final List<Entry> entries = new ArrayList<>();
    private final Map<Statistic, String> statistics = new LinkedHashMap<>(); // by identity: they define no equality
    private final Map<Parameter, String> names = new IdentityHashMap<>();
    private final Map<String, Parameter> linear = new LinkedHashMap<>();
    private boolean drops;
    private UnaryOperator<String> states = UnaryOperator.identity();

    private ParameterTree() {}

    /**
     * Walks a model.
     *
     * @throws IllegalArgumentException for a component that cannot be read, or a model without parameters
     */
    public static ParameterTree of(Record model) {
        ParameterTree tree = new ParameterTree();
        tree.walk("", model);
        if (tree.entries.isEmpty()) {
            throw new IllegalArgumentException(model.getClass().getName() + " holds no parameters in its record components");
        }
        return tree;
    }

    private void walk(String path, Object x) {
        switch (x) {
            case Parameter p -> {
                if (names.putIfAbsent(p, path) == null) entries.add(new Entry(path, p));
            }
            case Statistic s -> statistics.putIfAbsent(s, path);
            case Dropout d -> drops |= d.rate() > 0;
            case Record r -> {
                if (r instanceof Linear l) linear.putIfAbsent(path, l.weight());
                for (RecordComponent c : r.getClass().getRecordComponents()) {
                    walk(path.isEmpty() ? c.getName() : path + "." + c.getName(), read(r, c));
                }
            }
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) walk(path + "." + i, list.get(i));
            }
            case Map<?, ?> map -> map.forEach((key, value) -> walk(path + "." + key, value));
            case Optional<?> o -> o.ifPresent(value -> walk(path, value));
            case null, default -> {}
        }
    }

    private static Object read(Record r, RecordComponent c) {
        try {
            Method accessor = c.getAccessor();
            accessor.trySetAccessible();
            return accessor.invoke(r);
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException("cannot read " + r.getClass().getName() + "." + c.getName()
                    + ": make the record public in an exported package, or open its package to dev.gatun.models", e);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("accessor " + r.getClass().getName() + "." + c.getName() + " failed", e);
        }
    }

    /** Names and parameters, in the order of the components. */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Types of all parameters and then all statistics by name: what a model is besides its architecture. */
    public Map<String, TensorType> types() {
        Map<String, TensorType> types = new LinkedHashMap<>();
        entries.forEach(e -> types.put(e.name, e.parameter.type()));
        statistics.forEach((s, name) -> types.put(name, s.type()));
        return types;
    }

    /**
     * The same tree, whose parameters {@link #bind} finds in other states; names and {@link #types} stay.
     *
     * @param states name of the state by name of the parameter
     */
    public ParameterTree renamed(UnaryOperator<String> states) {
        ParameterTree tree = new ParameterTree();
        tree.entries.addAll(entries);
        tree.statistics.putAll(statistics);
        tree.names.putAll(names);
        tree.linear.putAll(linear);
        tree.drops = drops;
        tree.states = states;
        return tree;
    }

    /** Name of the state that {@link #bind} finds a parameter in; a statistic's is its own. */
    public String state(String name) {
        return statistics.containsValue(name) ? name : states.apply(name);
    }

    /** Weights of the linear layers by the layers' names, {@code layers.0.mlp.up}. */
    public Map<String, Parameter> linearLayers() {
        return Collections.unmodifiableMap(linear);
    }

    /** Whether a dropout layer of the model drops anything. */
    public boolean drops() {
        return drops;
    }

    /** Number of trained numbers. */
    public long elements() {
        return entries.stream().mapToLong(e -> e.parameter.type().elements()).sum();
    }

    /**
     * Declares every parameter and every statistic as a state of a trace and runs code in which {@link Parameter#tensor} finds it.
     *
     * @param tracer the trace under way
     * @param body gets the tensors in the order of {@link #entries}
     */
    public <T> T bind(Tracer tracer, Function<List<Tensor>, T> body) {
        Map<Parameter, Tensor> bound = new IdentityHashMap<>();
        List<Tensor> tensors = new ArrayList<>();
        for (Entry e : entries) {
            Tensor t = tracer.state(states.apply(e.name), e.parameter.type());
            bound.put(e.parameter, t);
            tensors.add(t);
        }
        Map<Statistic, Statistic.Bound> following = new LinkedHashMap<>();
        statistics.forEach((s, name) -> following.put(s, new Statistic.Bound(tracer.state(name, s.type()), name)));
        return ScopedValue.where(Parameter.BOUND, bound).where(Statistic.BOUND, following).call(() -> body.apply(tensors));
    }

    /**
     * Gives every parameter and every statistic its first values.
     *
     * @param seed of the run
     * @param state finds a state's bytes by name
     */
    public void initialize(long seed, Function<String, MemorySegment> state) {
        for (Entry e : entries) e.parameter.initializer().fill(seed, e.name, state.apply(e.name));
        statistics.forEach((s, name) -> s.initializer().fill(seed, name, state.apply(name)));
    }
}
