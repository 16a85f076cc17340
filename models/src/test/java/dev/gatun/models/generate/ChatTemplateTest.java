package dev.gatun.models.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.generate.ChatTemplate.Message;
import dev.gatun.models.generate.ChatTemplate.Role;
import dev.gatun.models.text.BpeTrainer;
import dev.gatun.models.text.ByteTokenizer;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.WordPattern;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against the examples that the makers of the models published. */
class ChatTemplateTest {
    private static final Message SYSTEM = new Message(Role.SYSTEM, "You are a helpful assistant.");
    private static final Message HELLO = new Message(Role.USER, "Hello, how are you?");
    private static final Message FINE = new Message(Role.ASSISTANT, "I'm doing great. How can I help you today?");
    private static final Message SHOW = new Message(Role.USER, "I'd like to show off how chat templating works!");

    @Test
    void chatml() {
        assertThat(ChatTemplate.CHATML.prompt(List.of(SYSTEM, HELLO, FINE, SHOW))).isEqualTo("""
                <|im_start|>system
                You are a helpful assistant.<|im_end|>
                <|im_start|>user
                Hello, how are you?<|im_end|>
                <|im_start|>assistant
                I'm doing great. How can I help you today?<|im_end|>
                <|im_start|>user
                I'd like to show off how chat templating works!<|im_end|>
                <|im_start|>assistant
                """);
    }

    @Test
    void llama2() {
        assertThat(ChatTemplate.LLAMA_2.prompt(List.of(SYSTEM, HELLO, FINE, SHOW))).isEqualTo("""
                <s>[INST] <<SYS>>
                You are a helpful assistant.
                <</SYS>>

                Hello, how are you? [/INST] I'm doing great. How can I help you today? </s><s>[INST] \
                I'd like to show off how chat templating works! [/INST]""");
    }

    @Test
    void llama3() {
        assertThat(ChatTemplate.LLAMA_3.prompt(List.of(SYSTEM, new Message(Role.USER, "What is France's capital?\n")))).isEqualTo("""
                <|begin_of_text|><|start_header_id|>system<|end_header_id|>

                You are a helpful assistant.<|eot_id|><|start_header_id|>user<|end_header_id|>

                What is France's capital?<|eot_id|><|start_header_id|>assistant<|end_header_id|>

                """);
    }

    @Test
    void mistral() {
        Message condiment = new Message(Role.USER, "What is your favourite condiment?");
        Message lemon = new Message(Role.ASSISTANT, "Well, I'm quite partial to a good squeeze of fresh lemon juice.");
        Message recipes = new Message(Role.USER, "Do you have mayonnaise recipes?");
        assertThat(ChatTemplate.MISTRAL.prompt(List.of(condiment, lemon, recipes))).isEqualTo("<s>[INST] What is your favourite condiment? [/INST]"
                + "Well, I'm quite partial to a good squeeze of fresh lemon juice.</s> [INST] Do you have mayonnaise recipes? [/INST]");
    }

    @Test
    void gemma() {
        assertThat(ChatTemplate.GEMMA.prompt(List.of(new Message(Role.USER, "Write a hello world program")))).isEqualTo("""
                <bos><start_of_turn>user
                Write a hello world program<end_of_turn>
                <start_of_turn>model
                """);
        assertThat(ChatTemplate.GEMMA.prompt(List.of(SYSTEM, HELLO))).startsWith("<bos><start_of_turn>user\nYou are a helpful assistant.\n\nHello");
    }

    @Test
    void alpaca() {
        assertThat(ChatTemplate.ALPACA.prompt(List.of(new Message(Role.USER, "Give three tips for staying healthy.")))).isEqualTo("""
                Below is an instruction that describes a task. Write a response that appropriately completes the request.

                ### Instruction:
                Give three tips for staying healthy.

                ### Response:""");
    }

    @Test
    void zephyr() {
        Message pirate = new Message(Role.SYSTEM, "You are a friendly chatbot who always responds in the style of a pirate");
        Message question = new Message(Role.USER, "How many helicopters can a human eat in one sitting?");
        assertThat(ChatTemplate.ZEPHYR.prompt(List.of(pirate, question))).isEqualTo("""
                <|system|>
                You are a friendly chatbot who always responds in the style of a pirate</s>
                <|user|>
                How many helicopters can a human eat in one sitting?</s>
                <|assistant|>
                """);
    }

    @Test
    void conversationsOutOfTurnAreRefused() {
        ChatTemplate t = ChatTemplate.of("Llama-2");
        assertThat(t).isEqualTo(ChatTemplate.LLAMA_2);
        assertThatThrownBy(() -> t.prompt(List.of())).hasMessageContaining("must end with a message of the user");
        assertThatThrownBy(() -> t.prompt(List.of(HELLO, FINE))).hasMessageContaining("must end with a message of the user");
        assertThatThrownBy(() -> t.prompt(List.of(SYSTEM, FINE))).hasMessage("message 2 of a conversation must be of the user, got the assistant's");
        assertThatThrownBy(() -> t.prompt(List.of(HELLO, HELLO))).hasMessageContaining("message 2 of a conversation must be of the assistant");
        assertThatThrownBy(() -> t.prompt(List.of(HELLO, SYSTEM))).hasMessageContaining("got the system's");
        assertThatThrownBy(() -> ChatTemplate.of("vicuna")).hasMessageContaining("chatml, llama-2, llama-3, mistral, gemma, alpaca, zephyr");
    }

    @Test
    void tokensAreThoseOfTheWholeText() {
        String text = ChatTemplate.CHATML.prompt(List.of(HELLO));
        SubwordTokenizer words = BpeTrainer.of(300, WordPattern.GPT2).train(List.of(text));
        assertThat(ChatTemplate.CHATML.encode(words, List.of(HELLO))).isEqualTo(words.encode(text, true));
        assertThat(ChatTemplate.CHATML.encode(new ByteTokenizer(), List.of(HELLO))).hasSize(text.getBytes(StandardCharsets.UTF_8).length);
    }
}
