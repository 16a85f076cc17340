/** The {@code gatun} command. */
module dev.gatun.tools {
    requires dev.gatun.models;
    requires info.picocli;
    requires jdk.management;

    provides System.LoggerFinder with dev.gatun.tools.CommandLoggers;

    opens dev.gatun.tools to info.picocli;
}
