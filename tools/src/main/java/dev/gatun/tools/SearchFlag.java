package dev.gatun.tools;

import dev.gatun.models.search.Choice;
import dev.gatun.models.search.Dimension;
import dev.gatun.models.search.Range;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What {@code --search} says of a flag: {@code batch=16,32,64}, {@code dropout=0..0.5/0.1}, {@code
 * learning-rate=log:1e-4..1e-1}, {@code layers=2..6}. Values that hold commas are kept apart by bars.
 *
 * @param name of the flag, without dashes
 * @param values as they are written
 */
record SearchFlag(String name, String values) {
    private static final Set<Class<?>> WHOLE = Set.of(int.class, Integer.class, long.class, Long.class, short.class, Short.class);
    private static final Set<Class<?>> REAL = Set.of(double.class, Double.class, float.class, Float.class);
    private static final Pattern RANGE = Pattern.compile("((?:log:|int:)*)(.+?)\\.\\.([^/]+)(?:/(.+))?");

    /** Parses {@code NAME=VALUES}. */
    static SearchFlag of(String text) {
        int equals = text.indexOf('=');
        if (equals < 1 || equals == text.length() - 1) {
            throw new IllegalArgumentException("--search " + text + ": expected FLAG=VALUES, as in learning-rate=log:1e-4..1e-1 or batch=16,32,64");
        }
        return new SearchFlag(text.substring(0, equals).replaceFirst("^--?", ""), text.substring(equals + 1));
    }

    /** As an argument. */
    String text() {
        return name + "=" + values;
    }

    /** The values, by the type of the flag. */
    Dimension dimension(OptionSpec flag) {
        Class<?> type = flag.isMultiValue() && flag.auxiliaryTypes().length > 0 ? flag.auxiliaryTypes()[0] : flag.type();
        boolean whole = WHOLE.contains(type);
        if (!whole && !REAL.contains(type)) return choice(flag);
        Matcher m = RANGE.matcher(values);
        if (!m.matches()) {
            if (values.matches("(log|int):.*")) throw wrong("a range is written FROM..TO, as in log:1e-4..1e-1");
            return choice(flag);
        }
        if (!whole && m.group(1).contains("int:")) whole = true;
        try {
            return new Range(name, number(m.group(2)), number(m.group(3)), m.group(1).contains("log:"), whole, m.group(4) == null ? 0 : step(m.group(4)));
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage().replaceFirst("^" + Pattern.quote(name + ": "), ""));
        }
    }

    private double step(String text) {
        double step = number(text);
        if (step <= 0) throw new IllegalArgumentException("a step is a number above 0, got " + text);
        return step;
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not a number", e);
        }
    }

    private Dimension choice(OptionSpec flag) {
        List<String> choices = List.of(values.split(values.contains("|") ? "\\|" : ",", -1));
        if (flag.arity().max() == 0 && !Set.of("true", "false").containsAll(choices)) throw wrong("a flag without a value is true or false");
        try {
            return new Choice(name, choices);
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage().replaceFirst("^" + Pattern.quote(name + ": "), ""));
        }
    }

    private IllegalArgumentException wrong(String why) {
        return new IllegalArgumentException("--search " + text() + ": " + why);
    }
}
