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
            summary { cursor: pointer; } .wide { overflow-x: auto; } nav { line-height: 2; }
            :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
            """;
    /** For plots of {@code LinePlot}: even numbers from 4 on are solid lines, the odd ones before them dashed in the same colour. */
    private static final String PLOTS = """
            :root { --c0: #7aa6c2; --c1: #1d4ed8; --c2: #c2410c; --c3: #15803d; --c5: #7e22ce; --c7: #a16207; --hit: #1d4ed8; --miss: #b91c1c; }
            @media (prefers-color-scheme: dark) {
              :root { --c0: #47708c; --c1: #60a5fa; --c2: #fb923c; --c3: #4ade80; --c5: #c084fc; --c7: #facc15; --hit: #3b82f6; --miss: #ef4444; }
            }
            .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 24px; }
            figure { margin: 0; } figcaption { font-weight: 600; } figcaption small { font-weight: 400; margin-left: 12px; white-space: nowrap; }
            .read { color: var(--soft); margin: 0; min-height: 1.5em; font-variant-numeric: tabular-nums; }
            .l0 { --k: var(--c0); } .l1 { --k: var(--c1); } .l2 { --k: var(--c2); } .l3, .l4 { --k: var(--c3); } .l5, .l6 { --k: var(--c5); }
            .l7, .l8 { --k: var(--c7); }
            polyline { stroke: var(--k); stroke-width: 2; stroke-linejoin: round; } polyline.l0 { stroke-width: 1; }
            polyline.l3, polyline.l5, polyline.l7 { stroke-dasharray: 5 3; } .cross { stroke: var(--ink); stroke-dasharray: 2 2; }
            .key { display: inline-block; width: 18px; border-top: 3px solid var(--k); margin-right: 6px; vertical-align: middle; }
            .key.l3, .key.l5, .key.l7 { border-top-style: dashed; }
            .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 16px 0; }
            .facts div { background: var(--wash); border-radius: 6px; padding: 10px 12px; } .facts dt { color: var(--soft); }
            .facts dd { margin: 0; font-size: 18px; font-weight: 600; overflow-wrap: anywhere; } .facts dd small { display: block; font-size: 12px; font-weight: 400; color: var(--soft); }
            pre.sample { white-space: pre-wrap; overflow-wrap: anywhere; }
            table.matrix { width: auto; } table.matrix td { text-align: center; min-width: 28px; padding: 3px 6px; border: 1px solid var(--line); }
            table.matrix td { background: color-mix(in srgb, var(--miss) calc(var(--s, 0) * 60%), transparent); }
            table.matrix td.hit { background: color-mix(in srgb, var(--hit) calc(var(--s, 0) * 60%), transparent); }
            table.matrix th { position: static; padding: 3px 6px; max-width: 12em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
            """;
    private static final String SCRIPT = """
            for (const box of document.querySelectorAll('input[data-filter]')) {
              const rows = document.querySelectorAll('#' + box.dataset.filter + ' tbody tr');
              box.addEventListener('input', () => {
                const wanted = box.value.toLowerCase();
                for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
              });
            }
            for (const plot of document.querySelectorAll('svg.plot')) {
              const lines = JSON.parse(plot.dataset.lines);
              const [left, top, right, bottom] = plot.dataset.box.split(' ').map(Number);
              const [low, high] = plot.dataset.x.split(' ').map(Number);
              const words = plot.parentElement.querySelector('.read');
              const cross = document.createElementNS(plot.namespaceURI, 'line');
              cross.setAttribute('class', 'cross');
              cross.setAttribute('y1', top);
              cross.setAttribute('y2', bottom);
              const nearest = (line, step) => line.x.reduce((best, x, i) => Math.abs(x - step) < Math.abs(line.x[best] - step) ? i : best, 0);
              const longest = lines.reduce((a, b) => b.x.length > a.x.length ? b : a);
              let at = longest.x.length;
              const show = place => {
                at = Math.max(0, Math.min(longest.x.length - 1, place));
                const step = longest.x[at], x = left + (step - low) / (high - low) * (right - left);
                cross.setAttribute('x1', x);
                cross.setAttribute('x2', x);
                plot.append(cross);
                words.textContent = 'step ' + Math.round(step) + ': ' + lines.map(l => l.name + ' ' + l.y[nearest(l, step)]).join(', ');
              };
              const point = event => {
                const box = plot.getBoundingClientRect();
                const x = (event.clientX - box.left) / box.width * plot.viewBox.baseVal.width;
                show(nearest(longest, low + (x - left) / (right - left) * (high - low)));
              };
              plot.addEventListener('pointermove', point);
              plot.addEventListener('pointerdown', point);
              plot.addEventListener('keydown', event => {
                const by = {ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity}[event.key];
                if (by === undefined) return;
                event.preventDefault();
                show(at + by);
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

    /** A table row of a name and what belongs to it. */
    static String row(String name, String html) {
        return "<tr><th scope=\"row\">" + escape(name) + "</th><td>" + html + "</td></tr>\n";
    }

    /** A colour for a number, told apart from its neighbours. */
    public static String colour(int number) {
        return "hsl(" + Math.floorMod(number * 137, 360) + " 60% 50%)";
    }

    @Override
    public String toString() {
        return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" + escape(title) + "</title>\n<style>\n" + STYLE + PLOTS
                + "</style>\n</head>\n<body>\n<h1>" + escape(title) + "</h1>\n<p class=\"lead\">" + escape(lead) + "</p>\n<nav>\n" + contents
                + "</nav>\n" + body + "<script>\n" + SCRIPT + "</script>\n</body>\n</html>\n";
    }
}
