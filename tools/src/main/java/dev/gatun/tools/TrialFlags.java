package dev.gatun.tools;

import dev.gatun.models.ready.Closest;
import dev.gatun.models.search.Choice;
import dev.gatun.models.search.Dimension;
import dev.gatun.models.search.Point;
import dev.gatun.models.search.SearchSpace;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Flags of the trials of a search: those that are searched over and those that all trials share, checked against the
 * command that takes them.
 *
 * @param model whose training they are for
 * @param space of the flags that are searched over, by their names without dashes
 * @param shared flags of all trials, {@code --name=value}
 */
record TrialFlags(String model, SearchSpace space, List<String> shared) {
    /** Flags that are not a trial's to have. */
    private static final Map<String, String> TAKEN = Map.of("--out", "each trial has its own folder in that of the search", "--resume",
            "trials go on by themselves", "--overwrite", "give it to the search itself", "--threads", "give it to the search itself, before --",
            "--find-learning-rate", "it trains nothing", "--help", "it trains nothing", "-h", "it trains nothing", "--version", "it trains nothing", "-V", "it trains nothing");

    /**
     * Checks flags.
     *
     * @param given shared flags as they were typed
     * @throws IllegalArgumentException naming the flag, what is wrong with it and what was perhaps meant
     */
    static TrialFlags of(String model, List<SearchFlag> searched, List<String> given) {
        CommandLine command = command(model);
        List<Dimension> dimensions = new ArrayList<>();
        for (SearchFlag s : searched) dimensions.add(s.dimension(option(command, s, model)));
        SearchSpace space = new SearchSpace(dimensions);
        TrialFlags typed = new TrialFlags(model, space, given);
        typed.check();
        Map<String, String> first = new LinkedHashMap<>();
        dimensions.forEach(d -> first.put(d.name(), d.at(0)));
        CommandLine parsed = typed.parsed(new Point(first), "the flags of the trials");
        List<String> normal = RunOptions.given(parsed.getCommandSpec());
        normal.removeIf(f -> first.containsKey(f.substring(2).replaceFirst("=.*", "")));
        for (Dimension d : dimensions) {
            List<String> tests = d instanceof Choice c ? c.values() : List.of(d.at(0), d.at(Math.nextDown(1.0)));
            for (String value : tests) {
                Map<String, String> values = new LinkedHashMap<>(first);
                values.put(d.name(), value);
                typed.parsed(new Point(values), "--search " + d.name());
            }
        }
        return new TrialFlags(model, space, normal);
    }

    /** The command that trains a model. */
    static CommandLine command(String model) {
        Map<String, CommandLine> models = TrainCommand.models();
        CommandLine c = models.get(model);
        if (c == null) {
            throw new IllegalArgumentException("there is no model '" + model + "' to train, but " + String.join(", ", models.keySet())
                    + Closest.question(model, models.keySet()));
        }
        ResumableCommand found = c.getCommand();
        return new CommandLine(found.fresh()).setCaseInsensitiveEnumValuesAllowed(true); // without a parent it parses alone
    }

    private static OptionSpec option(CommandLine command, SearchFlag s, String model) {
        String name = "--" + s.name();
        OptionSpec o = command.getCommandSpec().findOption(name);
        if (o == null) throw unknown("--search " + s.text(), name, model, command);
        if (TAKEN.containsKey(name)) throw new IllegalArgumentException("--search " + s.text() + ": " + name + " cannot be searched over: " + TAKEN.get(name));
        return o;
    }

    private static IllegalArgumentException unknown(String where, String name, String model, CommandLine command) {
        Collection<String> known = command.getCommandSpec().options().stream().map(OptionSpec::longestName).toList();
        return new IllegalArgumentException(where + ": gatun train " + model + " knows no " + name + Closest.question(name, known));
    }

    /** The command with all flags of a trial. */
    private CommandLine parsed(Point point, String where) {
        CommandLine command = command(model);
        try {
            command.parseArgs(arguments(point).toArray(String[]::new));
            return command;
        } catch (UnmatchedArgumentException e) {
            throw unknown(where, e.getUnmatched().getFirst(), model, command);
        } catch (ParameterException e) {
            throw new IllegalArgumentException(where + ": " + e.getMessage() + ". See gatun train " + model + " --help", e);
        }
    }

    /** Looks for flags that a trial may not have. */
    private void check() {
        for (String argument : shared) {
            String name = argument.replaceFirst("=.*", "");
            if (TAKEN.containsKey(name)) throw new IllegalArgumentException(name + " is no flag of a trial: " + TAKEN.get(name));
            if (space.dimensions().stream().anyMatch(d -> name.equals("--" + d.name()))) {
                throw new IllegalArgumentException(name + " is searched over and given too: leave one of them away");
            }
        }
    }

    /** Arguments of a trial's command. */
    List<String> arguments(Point point) {
        List<String> arguments = new ArrayList<>(shared);
        CommandLine command = command(model);
        point.values().forEach((name, value) -> {
            boolean bare = command.getCommandSpec().findOption("--" + name).arity().max() == 0;
            if (!bare) arguments.add("--" + name + "=" + value);
            else if (value.equals("true")) arguments.add("--" + name);
        });
        return arguments;
    }

    /** The command that trains as a trial did, to be pasted into a shell. */
    String line(Point point) {
        StringBuilder line = new StringBuilder("gatun train " + model);
        for (String a : arguments(point)) line.append(' ').append(a.matches("[A-Za-z0-9_@%+=:,./-]+") ? a : "'" + a.replace("'", "'\\''") + "'");
        return line.toString();
    }
}
