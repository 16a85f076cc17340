package dev.gatun.models.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Builds the parts of a tokenizer from the settings of a file. */
final class Components {
    private Components() {}

    /** The normalizer, null for none. */
    static UnaryOperator<String> normalizer(Field f) {
        if (f.isAbsent()) return null;
        return switch (f.type()) {
            case "Sequence" -> Normalizers.sequence(f.at("normalizers").items().stream().map(Components::normalizer).toList());
            case "NFC" -> Normalizers.form(Normalizer.Form.NFC);
            case "NFD" -> Normalizers.form(Normalizer.Form.NFD);
            case "NFKC" -> Normalizers.form(Normalizer.Form.NFKC);
            case "NFKD" -> Normalizers.form(Normalizer.Form.NFKD);
            case "Lowercase" -> Normalizers::lowerCase;
            case "Strip" -> Normalizers.strip(f.at("strip_left").flag(true), f.at("strip_right").flag(true));
            case "StripAccents" -> Normalizers.drop(Normalizers::isMark);
            case "Prepend" -> Normalizers.prepend(f.at("prepend").text());
            case "Replace" -> replace(f);
            case "BertNormalizer" -> {
                boolean lower = f.at("lowercase").flag(true);
                yield Normalizers.bert(f.at("clean_text").flag(true), f.at("handle_chinese_chars").flag(true),
                        f.at("strip_accents").flag(lower), lower);
            }
            default -> throw f.at("type").expected("one of Sequence, NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, "
                    + "Prepend, Replace, BertNormalizer");
        };
    }

    private static UnaryOperator<String> replace(Field f) {
        Field pattern = f.at("pattern");
        String content = f.at("content").text();
        Field plain = pattern.at("String");
        if (!plain.isAbsent()) return Normalizers.replace(plain.text(), content);
        return Normalizers.replace(regex(pattern.at("Regex")), content);
    }

    private static Pattern regex(Field f) {
        try {
            return RegexSplit.compile(f.text());
        } catch (PatternSyntaxException e) {
            throw new TokenizerException(f.file(), f.path(), "expected a regular expression, found \"" + Field.shorten(f.text())
                    + "\": " + e.getDescription(), e);
        }
    }

    /** Whether what is cut is then written in the byte-level alphabet: the last step of cutting. */
    static boolean isByteLevel(Field f) {
        if (f.isAbsent()) return false;
        if (f.type().equals("ByteLevel")) return true;
        if (!f.type().equals("Sequence")) return false;
        List<Field> parts = f.at("pretokenizers").items();
        for (Field p : parts.subList(0, Math.max(0, parts.size() - 1))) {
            if (isByteLevel(p)) throw p.expected("ByteLevel as the last of the pre-tokenizers");
        }
        return !parts.isEmpty() && isByteLevel(parts.getLast());
    }

    static PreTokenizer preTokenizer(Field f) {
        if (f.isAbsent()) return PreTokenizer.none();
        return switch (f.type()) {
            case "Sequence" -> PreTokenizer.sequence(f.at("pretokenizers").items().stream().map(Components::preTokenizer).toList());
            case "ByteLevel" -> {
                List<PreTokenizer> parts = new ArrayList<>();
                if (f.at("add_prefix_space").flag(true)) parts.add(PreTokenizer.prefixSpace());
                if (f.at("use_regex").flag(true)) parts.add(WordPattern.GPT2.splitter());
                yield PreTokenizer.sequence(parts);
            }
            case "Split" -> split(f);
            case "BertPreTokenizer" -> CharacterSplit.bert();
            case "Whitespace" -> new RegexSplit(RegexSplit.compile("\\w+|[^\\w\\s]+"), SplitBehavior.REMOVED, true);
            case "WhitespaceSplit" -> new CharacterSplit(Characters::isSpace, SplitBehavior.REMOVED);
            case "Punctuation" -> new CharacterSplit(Characters::isPunctuation, behavior(f.at("behavior")));
            case "Digits" -> new CharacterSplit(c -> Characters.kind(c) == Characters.NUMBER,
                    f.at("individual_digits").flag(false) ? SplitBehavior.ISOLATED : SplitBehavior.CONTIGUOUS);
            case "Metaspace" -> new Metaspace(f.at("replacement").character(), scheme(f), f.at("split").flag(true));
            default -> throw f.at("type").expected("one of Sequence, ByteLevel, Split, BertPreTokenizer, Whitespace, "
                    + "WhitespaceSplit, Punctuation, Digits, Metaspace");
        };
    }

    private static PreTokenizer split(Field f) {
        boolean invert = f.at("invert").flag(false);
        Field pattern = f.at("pattern");
        Field plain = pattern.at("String");
        SplitBehavior behavior = behavior(f.at("behavior"));
        if (!plain.isAbsent()) return new RegexSplit(Pattern.compile(Pattern.quote(plain.text())), behavior, invert);
        PreTokenizer known = WordPattern.splitter(pattern.at("Regex").text(), behavior, invert);
        return known == null ? new RegexSplit(regex(pattern.at("Regex")), behavior, invert) : known;
    }

    private static SplitBehavior behavior(Field f) {
        if (f.isAbsent()) return SplitBehavior.ISOLATED;
        return switch (f.text()) {
            case "Removed" -> SplitBehavior.REMOVED;
            case "Isolated" -> SplitBehavior.ISOLATED;
            case "MergedWithPrevious" -> SplitBehavior.MERGED_WITH_PREVIOUS;
            case "MergedWithNext" -> SplitBehavior.MERGED_WITH_NEXT;
            case "Contiguous" -> SplitBehavior.CONTIGUOUS;
            default -> throw f.expected("one of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous");
        };
    }

    /** Old files say {@code add_prefix_space}, newer ones {@code prepend_scheme}. */
    private static Metaspace.Scheme scheme(Field f) {
        if (!f.at("add_prefix_space").flag(true)) return Metaspace.Scheme.NEVER;
        Field scheme = f.at("prepend_scheme");
        return switch (scheme.text("always")) {
            case "always" -> Metaspace.Scheme.ALWAYS;
            case "first" -> Metaspace.Scheme.FIRST;
            case "never" -> Metaspace.Scheme.NEVER;
            default -> throw scheme.expected("one of \"always\", \"first\", \"never\"");
        };
    }

    /** The decoder; without one, tokens are joined with spaces. */
    static Decoder decoder(Field f) {
        return f.isAbsent() ? tokens -> List.of(String.join(" ", tokens)) : decoder(f, false);
    }

    private static Decoder decoder(Field f, boolean fused) {
        return switch (f.type()) {
            case "Sequence" -> {
                List<Decoder> steps = new ArrayList<>();
                boolean one = fused;
                for (Field step : f.at("decoders").items()) {
                    steps.add(decoder(step, one));
                    one |= step.type().equals("Fuse");
                }
                yield Decoder.sequence(steps);
            }
            case "ByteLevel" -> Decoder.byteLevel();
            case "ByteFallback" -> Decoder.byteFallback();
            case "Fuse" -> Decoder.fuse();
            case "Strip" -> Decoder.strip(f.at("content").character(), f.at("start").number(1 << 16), f.at("stop").number(1 << 16), fused);
            case "Replace" -> Decoder.each(replace(f));
            case "Metaspace" -> Decoder.metaspace(f.at("replacement").character(), scheme(f) != Metaspace.Scheme.NEVER);
            case "WordPiece" -> Decoder.wordPiece(f.at("prefix").text("##"), f.at("cleanup").flag(true));
            case "BPEDecoder" -> Decoder.bpe(f.at("suffix").text("</w>"));
            default -> throw f.at("type").expected("one of Sequence, ByteLevel, ByteFallback, Fuse, Strip, Replace, Metaspace, "
                    + "WordPiece, BPEDecoder");
        };
    }

    static Template template(Field f, int vocabulary) {
        if (f.isAbsent()) return Template.none();
        return switch (f.type()) {
            case "ByteLevel" -> Template.none();
            case "Sequence" -> {
                Template found = Template.none();
                for (Field p : f.at("processors").items()) {
                    Template t = template(p, vocabulary);
                    if (!t.equals(Template.none())) found = t;
                }
                yield found;
            }
            case "TemplateProcessing" -> new Template(parts(f, "single", vocabulary), parts(f, "pair", vocabulary));
            case "BertProcessing", "RobertaProcessing" -> {
                boolean bert = f.type().equals("BertProcessing");
                Template.Part cls = new Template.Part(marker(f.at("cls"), vocabulary), 0);
                Template.Part sep = new Template.Part(marker(f.at("sep"), vocabulary), 0);
                Template.Part first = new Template.Part(Template.FIRST, 0);
                Template.Part second = new Template.Part(Template.SECOND, bert ? 1 : 0);
                Template.Part end = new Template.Part(sep.token(), second.type());
                yield new Template(List.of(cls, first, sep),
                        bert ? List.of(cls, first, sep, second, end) : List.of(cls, first, sep, sep, second, end));
            }
            default -> throw f.at("type").expected("one of Sequence, ByteLevel, TemplateProcessing, BertProcessing, RobertaProcessing");
        };
    }

    /** Of {@code ["[SEP]", 102]} the number. */
    private static int marker(Field f, int vocabulary) {
        List<Field> items = f.items();
        if (items.size() != 2) throw f.expected("a token and its number");
        return items.get(1).number(vocabulary - 1);
    }

    private static List<Template.Part> parts(Field f, String which, int vocabulary) {
        List<Template.Part> out = new ArrayList<>();
        for (Field item : f.at(which).items()) {
            Field text = item.at("Sequence");
            Field token = item.at("SpecialToken");
            if (!text.isAbsent()) {
                int place = switch (text.at("id").text().toUpperCase(Locale.ROOT)) {
                    case "A" -> Template.FIRST;
                    case "B" -> Template.SECOND;
                    default -> throw text.at("id").expected("\"A\" or \"B\"");
                };
                out.add(new Template.Part(place, text.at("type_id").number(1 << 16)));
            } else {
                String name = token.at("id").text();
                Field ids = new Field(f.file(), f.path() + ".special_tokens[\"" + Field.shorten(name) + "\"].ids",
                        f.at("special_tokens").node().path(name).path("ids"));
                for (Field id : ids.items()) {
                    out.add(new Template.Part(id.number(vocabulary - 1), token.at("type_id").number(1 << 16)));
                }
            }
        }
        return List.copyOf(out);
    }

    static List<AddedToken> addedTokens(Field f, Map<String, Integer> vocabulary) {
        List<AddedToken> out = new ArrayList<>();
        if (f.isAbsent()) return out;
        for (Field t : f.items()) {
            String content = t.at("content").text();
            Integer known = vocabulary.get(content);
            int id = t.at("id").number(Definition.LARGEST_VOCABULARY - 1);
            if (content.isEmpty()) continue; // nothing to find
            if (known != null && known != id) throw t.at("id").expected("the number that the vocabulary has for it, " + known);
            out.add(new AddedToken(id, content, t.at("special").flag(false), t.at("single_word").flag(false),
                    t.at("lstrip").flag(false), t.at("rstrip").flag(false), t.at("normalized").flag(true)));
        }
        return out;
    }

    static Model model(Definition d, Field f, boolean byteLevel, boolean wordStarts) {
        Map<String, Integer> v = d.vocabulary();
        switch (f.type()) {
            case "BPE" -> {
                JsonNode dropout = f.at("dropout").node();
                if (!f.at("dropout").isAbsent() && dropout.asDouble(-1) != 0) {
                    throw f.at("dropout").expected("null or 0: with dropout, tokens of a text would be random");
                }
                Integer unknown = f.at("unk_token").isAbsent() ? null : known(v, f.at("unk_token"), f.at("unk_token").text());
                return new Bpe(v, d.merges(), new Bpe.Spelling(byteLevel, f.at("ignore_merges").flag(false),
                        f.at("byte_fallback").flag(false), f.at("fuse_unk").flag(false), unknown,
                        f.at("continuing_subword_prefix").text(""), f.at("end_of_word_suffix").text("")), wordStarts);
            }
            case "WordPiece" -> {
                int unknown = known(v, f.at("unk_token"), f.at("unk_token").text("[UNK]"));
                return new WordPiece(v, f.at("continuing_subword_prefix").text("##"), unknown,
                        f.at("max_input_chars_per_word").number(1 << 20, 100));
            }
            default -> throw f.at("type").expected("\"BPE\" or \"WordPiece\"");
        }
    }

    private static int known(Map<String, Integer> vocabulary, Field f, String token) {
        Integer id = vocabulary.get(token);
        if (id == null) throw f.expected("a token of the vocabulary (\"" + Field.shorten(token) + "\" is not in it)");
        return id;
    }
}
