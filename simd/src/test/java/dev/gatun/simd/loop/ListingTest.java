package dev.gatun.simd.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.types.DType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Listings of a few kernels, so that a change of generated code is seen. For vectors of 16 floats, whatever the
 * machine. {@code -Dgatun.test.jvm=-Dgatun.golden=write} writes them anew; look at the difference before keeping it.
 */
class ListingTest {
    private static Loop loop(String name) {
        return switch (name) {
            case "softmax" -> KnownLoops.softmax(64, 256);
            case "layer_norm_grad" -> KnownLoops.layerNormGrad(64, 40, 8);
            case "gelu_bf16" -> KnownLoops.gelu(64, 384, DType.BF16);
            case "adam" -> KnownLoops.adam(10, 4096, 100, 2);
            default -> throw new IllegalArgumentException(name);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"softmax", "layer_norm_grad", "gelu_bf16", "adam"})
    void isAsItWas(String name) throws IOException {
        String listing = new LoopCompiler(16).compile(loop(name)).listing();
        Path golden = Path.of("src/test/resources/dev/gatun/simd/loop", name + ".txt");
        if (System.getProperty("gatun.golden", "").equals("write")) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, listing);
        }
        try (InputStream in = ListingTest.class.getResourceAsStream(name + ".txt")) {
            String stored = System.getProperty("gatun.golden", "").equals("write")
                    ? Files.readString(golden)
                    : new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(listing).isEqualTo(stored);
        }
    }
}
