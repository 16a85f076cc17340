package dev.gatun.models.generate;

import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How conversations become text for models that were trained on them: what stands before and after each message. */
public enum ChatTemplate {
    /** OpenAI's chat markup, as Qwen, Yi and many others use it. */
    CHATML("", turn("<|im_start|>system\n", "<|im_end|>\n"), turn("<|im_start|>user\n", "<|im_end|>\n"),
            turn("<|im_start|>assistant\n", "<|im_end|>\n"), false, "", "<|im_end|>"),
    /** Llama 2 (Touvron et al., 2023): the system message is part of the first question. */
    LLAMA_2("", turn("<<SYS>>\n", "\n<</SYS>>\n\n"), turn("<s>[INST] ", " [/INST]"), turn(" ", " </s>"), true, "", "</s>"),
    /** Llama 3 (Meta, 2024). */
    LLAMA_3("<|begin_of_text|>", turn("<|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>"),
            turn("<|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|>"),
            turn("<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>"), false, "", "<|eot_id|>"),
    /** Mistral 7B Instruct: the system message is part of the first question. */
    MISTRAL("<s>", turn("", "\n\n"), turn("[INST] ", " [/INST]"), turn("", "</s> "), true, "", "</s>"),
    /** Gemma (Google, 2024): the system message is part of the first question. */
    GEMMA("<bos>", turn("", "\n\n"), turn("<start_of_turn>user\n", "<end_of_turn>\n"), turn("<start_of_turn>model\n", "<end_of_turn>\n"),
            true, "", "<end_of_turn>"),
    /** Stanford Alpaca (Taori et al., 2023): the system message stands for the usual introduction. */
    ALPACA("", turn("", "\n\n"), turn("### Instruction:\n", "\n\n"), turn("### Response:", "\n\n"), false,
            "Below is an instruction that describes a task. Write a response that appropriately completes the request.",
            "### Instruction:"),
    /** Zephyr (Tunstall et al., 2023). */
    ZEPHYR("", turn("<|system|>\n", "</s>\n"), turn("<|user|>\n", "</s>\n"), turn("<|assistant|>\n", "</s>\n"), false, "", "</s>");

    /** Who says something. */
    public enum Role {
        SYSTEM,
        USER,
        ASSISTANT
    }

    /**
     * What someone says.
     *
     * @param role who
     * @param text what; spaces around it do not count
     */
    public record Message(Role role, String text) {}

    /** What stands around a message. */
    private record Turn(String before, String after) {
        String around(String text) {
            return before + text + after;
        }
    }

    private final String begin;
    private final Turn system;
    private final Turn user;
    private final Turn assistant;
    private final boolean systemInUser;
    private final String usualSystem;
    private final String stop;

    ChatTemplate(String begin, Turn system, Turn user, Turn assistant, boolean systemInUser, String usualSystem, String stop) {
        this.begin = begin;
        this.system = system;
        this.user = user;
        this.assistant = assistant;
        this.systemInUser = systemInUser;
        this.usualSystem = usualSystem;
        this.stop = stop;
    }

    private static Turn turn(String before, String after) {
        return new Turn(before, after);
    }

    /**
     * The template of a name: {@code chatml}, {@code llama-3}.
     *
     * @throws IllegalArgumentException listing the names there are
     */
    public static ChatTemplate of(String name) {
        return Arrays.stream(values()).filter(t -> t.label().equals(name.toLowerCase(Locale.ROOT))).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no chat template '" + name + "': choose one of "
                        + Arrays.stream(values()).map(ChatTemplate::label).collect(Collectors.joining(", "))));
    }

    /** The name, as options take it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What an answer ends with. */
    public String stop() {
        return stop;
    }

    /**
     * A conversation up to where the next answer begins.
     *
     * @param messages perhaps one of the system, then questions and answers in turn, a question last
     * @throws IllegalArgumentException when they are in another order
     */
    public String prompt(List<Message> messages) {
        boolean has = !messages.isEmpty() && messages.getFirst().role == Role.SYSTEM;
        List<Message> turns = has ? messages.subList(1, messages.size()) : messages;
        String instructions = has ? messages.getFirst().text.strip() : usualSystem;
        StringBuilder out = new StringBuilder(begin);
        String first = instructions.isEmpty() ? "" : system.around(instructions);
        if (!systemInUser) out.append(first);
        for (int i = 0; i < turns.size(); i++) {
            Message m = turns.get(i);
            Role expected = i % 2 == 0 ? Role.USER : Role.ASSISTANT;
            if (m.role != expected) {
                throw new IllegalArgumentException("message " + (messages.size() - turns.size() + i + 1) + " of a conversation must be of the "
                        + expected.name().toLowerCase(Locale.ROOT) + ", got the " + m.role.name().toLowerCase(Locale.ROOT) + "'s");
            }
            String text = m.text.strip();
            if (expected == Role.USER) out.append(user.around(i == 0 && systemInUser ? first + text : text));
            else out.append(assistant.around(text));
        }
        if (turns.size() % 2 == 0) throw new IllegalArgumentException("a conversation must end with a message of the user");
        String open = assistant.before;
        return out.append(open.endsWith(" ") ? open.substring(0, open.length() - 1) : open).toString(); // the answer begins with the space
    }

    /**
     * Tokens of {@link #prompt}, special ones included.
     *
     * @throws IllegalArgumentException also when a message spells a special token: it could end its own turn
     */
    public int[] encode(Tokenizer tokens, List<Message> messages) {
        String text = prompt(messages);
        if (!(tokens instanceof SubwordTokenizer subwords)) return tokens.encode(text);
        for (Message m : messages) {
            if (!Arrays.equals(subwords.encode(m.text, true), subwords.encode(m.text, false))) {
                throw new IllegalArgumentException("a message must not spell a special token: " + m.text.strip().lines().findFirst().orElse(""));
            }
        }
        return subwords.encode(text, true);
    }
}
