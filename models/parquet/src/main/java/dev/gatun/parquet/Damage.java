package dev.gatun.parquet;

import dev.gatun.models.data.DataException;
import java.io.IOException;

/** Turns whatever goes wrong inside of a file into one kind of error that names the file. */
final class Damage {
    private static final int LONGEST = 200;

    private Damage() {}

    /** Reads something. */
    @FunctionalInterface
    interface Reading<T> {
        T read() throws IOException;
    }

    /**
     * Reads. The decoders of Parquet believe the numbers in a page: broken ones lead to any runtime exception, and to arrays
     * or depths of calls that the JVM refuses, which leaves it unharmed.
     *
     * @param where file and place in it
     * @throws DataException beginning with that place
     */
    static <T> T named(String where, Reading<T> reading) {
        try {
            return reading.read();
        } catch (DataException e) {
            throw e;
        } catch (DamageException e) {
            throw new DataException(where + ": " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            throw new DataException(where + " is damaged: " + reason(e), e);
        } catch (StackOverflowError e) {
            throw new DataException(where + " is damaged: it is nested too deeply", e);
        } catch (OutOfMemoryError e) {
            throw new DataException(where + " is damaged, or needs more memory than the Java heap's " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB", e);
        }
    }

    /** The innermost message that there is. */
    private static String reason(Exception e) {
        String reason = "what it says does not fit together";
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t.getMessage() != null && !t.getMessage().isBlank()) reason = t.getMessage();
        }
        String line = reason.lines().findFirst().orElse("");
        return line.substring(0, Math.min(LONGEST, line.length()));
    }
}
