package dev.gatun.models.report;

/**
 * A self-contained page: a heading, a list of sections to jump to, and the sections. Its security policy forbids the browser
 * to fetch anything.
 */
public final class HtmlPage {
    private static final String STYLE = """
            :root { --ink: #1f2937; --soft: #6b7280; --line: #e5e7eb; --paper: #ffffff; --wash: #f9fafb; --accent: #c2410c; }
            @media (prefers-color-scheme: dark) {
              :root { --ink: #e5e7eb; --soft: #9ca3af; --line: #374151; --paper: #111827; --wash: #1f2937; --accent: #fb923c; }
            }
            body { font: 14px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto; max-width: 1200px; padding: 24px; }
            h1 { font-size: 24px; margin: 0; } h2 { font-size: 18px; margin: 40px 0 8px; border-bottom: 1px solid var(--line); }
            nav a { margin-right: 16px; } a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
            p.lead { color: var(--soft); margin: 4px 0 16px; }
            table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
            th { text-align: left; color: var(--soft); font-weight: 600; position: sticky; top: 0; background: var(--paper); }
            th, td { padding: 3px 10px 3px 0; border-bottom: 1px solid var(--line); vertical-align: top; } td.n, th.n { text-align: right; }
            pre, code { font: 12px/1.45 ui-monospace, monospace; } pre { background: var(--wash); padding: 10px; overflow-x: auto; margin: 4px 0; }
            .add { color: #15803d; } .cut { color: #b91c1c; } .soft { color: var(--soft); } .chip { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; }
            svg { width: 100%; height: auto; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg .axis { stroke: var(--soft); } svg .grid { stroke: var(--line); }
            input { font: inherit; color: inherit; background: var(--wash); border: 1px solid var(--line); border-radius: 4px; padding: 4px 8px; width: 320px; }
            summary { cursor: pointer; }
            """;
    private static final String SCRIPT = """
            for (const box of document.querySelectorAll('input[data-filter]')) {
              const rows = document.querySelectorAll('#' + box.dataset.filter + ' tbody tr');
              box.addEventListener('input', () => {
                const wanted = box.value.toLowerCase();
                for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
              });
            }
            document.body.dataset.ready = 'yes';
            """;

    private final String title;
    private final String lead;
    private final StringBuilder contents = new StringBuilder();
    private final StringBuilder body = new StringBuilder();

    /**
     * A page without sections yet.
     *
     * @param title plain text
     * @param lead a line of plain text below it
     */
    public HtmlPage(String title, String lead) {
        this.title = title;
        this.lead = lead;
    }

    /**
     * Adds a section.
     *
     * @param id to link to, letters only
     * @param heading plain text
     * @param html its content
     */
    public HtmlPage section(String id, String heading, String html) {
        contents.append("<a href=\"#").append(id).append("\">").append(escape(heading)).append("</a>\n");
        body.append("<section id=\"").append(id).append("\">\n<h2>").append(escape(heading)).append("</h2>\n").append(html).append("\n</section>\n");
        return this;
    }

    /** Text as HTML. */
    public static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    /** A box that hides the rows of a table that do not hold what is typed. */
    public static String filter(String table) {
        return "<input type=\"search\" placeholder=\"filter rows\" aria-label=\"filter rows\" data-filter=\"" + table + "\">\n";
    }

    /** A part that opens when clicked. */
    public static String details(String summary, String html) {
        return "<details><summary>" + summary + "</summary>" + html + "</details>";
    }

    /** A colour for a number, told apart from its neighbours. */
    public static String colour(int number) {
        return "hsl(" + Math.floorMod(number * 137, 360) + " 60% 50%)";
    }

    @Override
    public String toString() {
        return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" + escape(title) + "</title>\n<style>\n" + STYLE
                + "</style>\n</head>\n<body>\n<h1>" + escape(title) + "</h1>\n<p class=\"lead\">" + escape(lead) + "</p>\n<nav>\n" + contents
                + "</nav>\n" + body + "<script>\n" + SCRIPT + "</script>\n</body>\n</html>\n";
    }
}
