package dev.gatun.models.data.features;

import dev.gatun.models.data.video.FrameStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Animated GIFs, and folders of pictures in the order of their names, as stacks of grey frames: a channel for each.
 *
 * @param stack size of an example
 */
public record VideoReader(FrameStack stack) implements GridReader {
    /** What {@link #kind} gives. */
    public static final String KIND = "video";

    @Override
    public int rows() {
        return stack.height();
    }

    @Override
    public int columns() {
        return stack.width();
    }

    @Override
    public int channels() {
        return stack.frames();
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String takes() {
        return "GIFs or folders of frames";
    }

    @Override
    public boolean isOne(Path item) {
        return Files.isDirectory(item) || item.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".gif");
    }

    @Override
    public float[] read(Path item) {
        return stack.read(item);
    }

    @Override
    public Map<String, Object> settings() {
        Map<String, Object> s = new LinkedHashMap<>();
        s.put("height", stack.height());
        s.put("width", stack.width());
        s.put("frames", stack.frames());
        return s;
    }
}
