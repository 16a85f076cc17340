package dev.gatun.models.train;

import dev.gatun.runtime.Executable;

/**
 * The data inputs of one function.
 *
 * @param executable holds the function
 * @param function its name
 */
public record Inputs(Executable executable, String function) {
    /** Writes an i32 input; errors are those of {@link Executable#write(String, String, int[])}. */
    public void write(String input, int[] values) {
        executable.write(function, input, values);
    }

    /** Writes an f32 input. */
    public void write(String input, float[] values) {
        executable.write(function, input, values);
    }

    /** Writes an f32 input of one element. */
    public void write(String input, float value) {
        executable.write(function, input, value);
    }
}
