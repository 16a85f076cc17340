package dev.gatun.tools;

import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.data.DataException;
import dev.gatun.models.search.SearchException;
import dev.gatun.models.text.TokenizerException;
import dev.gatun.models.train.TrainingException;
import dev.gatun.runtime.BackendException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.stream.Collectors;

/** Errors as one line and an exit code. */
final class Failures {
    static final int FAULT = 1;
    static final int BAD_INPUT = 2;

    private Failures() {}

    /** What is said of an error, in one line. */
    static String line(Exception e) {
        StringWriter line = new StringWriter();
        report(new PrintWriter(line), e, false);
        return line.toString().replaceFirst("^gatun: ", "").strip();
    }

    static int report(PrintWriter err, Exception e, boolean debug) {
        return switch (e) {
            case DataException x -> report(err, x.getMessage(), x, debug, BAD_INPUT);
            case CheckpointException x -> report(err, x.getMessage(), x, debug, BAD_INPUT);
            case TokenizerException x -> report(err, x.getMessage(), x, debug, BAD_INPUT);
            case BackendException x -> report(err, x.getMessage(), x, debug, BAD_INPUT);
            case SearchException x -> report(err, x.getMessage(), x, debug, BAD_INPUT);
            case TrainingException x -> report(err, x.getMessage(), x, debug, BAD_INPUT);
            case IllegalArgumentException x -> report(err, x.getMessage(), x, debug, BAD_INPUT);
            case UncheckedIOException x -> report(err, "input or output failed: " + x.getCause(), x, debug, BAD_INPUT);
            case IOException x -> report(err, "input or output failed: " + x, x, debug, BAD_INPUT);
            default -> report(err, "internal fault: " + e + "; run again with --debug and report it", e, debug, FAULT);
        };
    }

    static int report(PrintWriter err, String message, Exception e, boolean debug, int code) {
        String line = String.valueOf(message).lines().map(String::strip).collect(Collectors.joining(" "));
        err.println("gatun: " + line);
        if (debug) e.printStackTrace(err);
        err.flush();
        return code;
    }
}
