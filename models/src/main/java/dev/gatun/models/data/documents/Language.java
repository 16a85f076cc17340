package dev.gatun.models.data.documents;

import java.lang.Character.UnicodeScript;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Guesses a text's language: by its script where that decides, else by the share of its words that are among the most
 * frequent of a language. A few sentences are enough; single words are not.
 */
final class Language {
    /** What is neither. */
    static final String UNKNOWN = "unknown";

    private static final int LOOKED_AT = 20_000;
    private static final double FEWEST_FREQUENT = 0.12;
    private static final Map<String, Set<String>> FREQUENT = new LinkedHashMap<>();
    private static final Map<UnicodeScript, String> BY_SCRIPT = new EnumMap<>(UnicodeScript.class);

    static {
        words("en", "the of and to in a is that it was for on are as with his they at be this from have or by not but what all were we when "
                + "your can said there use an each which she do how their if will up other about out many then them these so some her would");
        words("de", "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach "
                + "wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde");
        words("fr", "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont la avec son les mais comme ou "
                + "si leur y dont aux elle ont été cette ses nous vous je fait être deux même aussi tout");
        words("es", "de la que el en y a los del se las por un para con no una su al lo como más pero sus le ya o este sí porque esta entre cuando "
                + "muy sin sobre también me hasta hay donde quien desde todo nos durante uno ni contra otros ese eso ante ellos e esto");
        words("it", "di e il la che in un a per è una non si con da le del i sono come dei più della al nel gli alla anche ma lo ha o se delle dal "
                + "questo suo ci sua nella loro essere stato era tra due ai dopo stata quella fra");
        words("pt", "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou quando muito nos já eu "
                + "também só pelo pela até isso ela entre depois sem mesmo aos seus quem nas me esse eles você");
        words("nl", "de het een van en in is dat op te zijn met voor niet aan er die als ook om maar door over bij uit naar dan wordt nog heeft "
                + "worden werd hij deze tot meer kan al of zij dit hun was ze zo wel geen");
        words("sv", "och i att det som en på är av för med till den har de inte om ett men var jag sig från vi så kan han nu ska när eller vara "
                + "efter också vid hade skulle hon ut mycket där");
        words("pl", "w i na z do się nie że to jest o jak po za od przez ale co dla tym tego są czy tak być oraz lub jego już który tylko jej "
                + "może jako był ich gdy ze");
        words("tr", "ve bir bu da de için ile olarak çok daha ne olan gibi sonra kadar en o var ama değil ki her ya mi");
        words("ru", "и в не на что с он как по это но из у за от так о же для то все она бы они мы его был или при если уже до только еще");
        words("uk", "і в не на що з він як до це але та у за від так про ж для то все вона би вони ми його був або при якщо вже тільки ще є");
        for (Map.Entry<UnicodeScript, String> e : Map.of(UnicodeScript.GREEK, "el", UnicodeScript.HEBREW, "he", UnicodeScript.ARABIC, "ar",
                UnicodeScript.HANGUL, "ko", UnicodeScript.HIRAGANA, "ja", UnicodeScript.KATAKANA, "ja", UnicodeScript.THAI, "th",
                UnicodeScript.DEVANAGARI, "hi", UnicodeScript.HAN, "zh").entrySet()) {
            BY_SCRIPT.put(e.getKey(), e.getValue());
        }
    }

    private Language() {}

    private static void words(String code, String list) {
        FREQUENT.put(code, Set.copyOf(List.of(list.split(" "))));
    }

    /** Codes of the languages that are told apart. */
    static Set<String> codes() {
        TreeSet<String> codes = new TreeSet<>(FREQUENT.keySet());
        codes.addAll(BY_SCRIPT.values());
        return codes;
    }

    /** The code of a text's language, or {@link #UNKNOWN}. */
    static String of(String text) {
        String start = text.substring(0, Math.min(text.length(), LOOKED_AT)).toLowerCase(Locale.ROOT);
        Map<UnicodeScript, Integer> scripts = new EnumMap<>(UnicodeScript.class);
        start.codePoints().filter(Character::isLetter).forEach(c -> scripts.merge(UnicodeScript.of(c), 1, Integer::sum));
        int letters = scripts.values().stream().mapToInt(n -> n).sum();
        int kana = scripts.getOrDefault(UnicodeScript.HIRAGANA, 0) + scripts.getOrDefault(UnicodeScript.KATAKANA, 0);
        if (letters > 0 && kana > 0.1 * letters) return "ja"; // which mixes its scripts
        for (Map.Entry<UnicodeScript, String> e : BY_SCRIPT.entrySet()) {
            if (letters > 0 && scripts.getOrDefault(e.getKey(), 0) > 0.5 * letters) return e.getValue();
        }
        return byWords(start);
    }

    private static String byWords(String text) {
        String[] words = text.split("[^\\p{L}]+");
        String best = UNKNOWN;
        double most = FEWEST_FREQUENT;
        for (Map.Entry<String, Set<String>> language : FREQUENT.entrySet()) {
            int found = 0;
            for (String w : words) {
                if (language.getValue().contains(w)) found++;
            }
            double share = (double) found / Math.max(1, words.length);
            if (share > most) {
                most = share;
                best = language.getKey();
            }
        }
        return best;
    }
}
