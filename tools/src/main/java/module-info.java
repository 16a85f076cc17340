/** The {@code gatun} command. */
module dev.gatun.tools {
    requires dev.gatun.models;
    requires info.picocli;
    requires jdk.management;

    opens dev.gatun.tools to info.picocli;
}
