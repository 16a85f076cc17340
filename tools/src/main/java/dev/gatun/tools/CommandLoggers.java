package dev.gatun.tools;

import java.text.MessageFormat;
import java.util.Locale;
import java.util.MissingResourceException;
import java.util.ResourceBundle;

/**
 * Where messages of the libraries go while the command runs: nowhere, or with {@code --verbose} or {@code
 * -Dgatun.log=LEVEL} to standard error, a line each. It stands in for the system's logging, which takes longer to start
 * than the command has to say anything.
 */
public final class CommandLoggers extends System.LoggerFinder {
    /** System property: {@code off}, which is the default, or the least level shown: {@code debug}, {@code info}, {@code warning}. */
    static final String LEVEL = "gatun.log";

    /** For the service loader. */
    public CommandLoggers() {}

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new Line(name);
    }

    /** Messages of one name. */
    private record Line(String name) implements System.Logger {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            String least = System.getProperty(LEVEL);
            if (least == null || !name.startsWith("dev.gatun.")) return false;
            try {
                return level != Level.OFF && level.compareTo(Level.valueOf(least.toUpperCase(Locale.ROOT))) >= 0;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            if (!isLoggable(level)) return;
            System.err.println(level.getName().toLowerCase(Locale.ROOT) + " " + name + ": " + message + (thrown == null ? "" : ": " + thrown));
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... values) {
            if (!isLoggable(level)) return;
            String text = format;
            try {
                text = bundle == null ? format : bundle.getString(format);
            } catch (MissingResourceException e) {
                // the message is its own text
            }
            log(level, bundle, values == null || values.length == 0 ? text : MessageFormat.format(text, values), (Throwable) null);
        }
    }
}
