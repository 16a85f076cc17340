package dev.gatun.tools;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A headless browser, where one is installed. */
record Browser(Path program, Path folder) {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    /** What a browser asks for on its own account, whatever it shows. */
    private static final long SECONDS = 120;
private static final Pattern OWN = Pattern.compile("https?://([a-z0-9.-]*\\.)?(google|googleapis|gvt1|gstatic)\\.com/.*");

    /**
     * What became of a page.
     *
     * @param dom its elements when all scripts had run
     * @param log what the browser had to say
     * @param asked addresses that were asked for on the page's behalf
     */
    record Shown(String dom, String log, List<String> asked) {}

    /** The browser; without one the test is skipped. */
    static Browser orSkip(Path folder) {
        Path found = null;
        for (String place : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            for (String name : NAMES) {
                if (found == null && Files.isExecutable(Path.of(place, name))) found = Path.of(place, name);
            }
        }
        assumeThat(found).as("none of " + NAMES + " is installed").isNotNull();
        return new Browser(found, folder);
    }

    /** Opens a page without a network. */
    Shown show(Path page, String... flags) throws IOException, InterruptedException {
        Path dom = folder.resolve("dom.txt");
        Path log = folder.resolve("log.txt");
        Path net = folder.resolve("net.json");
        List<String> command = new ArrayList<>(List.of(program.toString(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
                "--user-data-dir=" + folder.resolve("profile"), "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr",
                "--log-net-log=" + net, "--virtual-time-budget=5000"));
        command.addAll(List.of(flags));
        command.addAll(List.of("--dump-dom", page.toUri().toString()));
        Process p = new ProcessBuilder(command).redirectOutput(dom.toFile()).redirectError(log.toFile()).start();
        if (!p.waitFor(SECONDS, TimeUnit.SECONDS)) p.destroyForcibly().waitFor();
        List<String> asked = Pattern.compile("\"url\":\"(https?://[^\"]*)\"").matcher(Files.readString(net)).results()
                .map((MatchResult m) -> m.group(1)).filter(u -> !OWN.matcher(u).matches()).toList();
        return new Shown(Files.readString(dom), Files.readString(log), asked);
    }
}
