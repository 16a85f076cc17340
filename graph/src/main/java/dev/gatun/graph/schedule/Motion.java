package dev.gatun.graph.schedule;

/**
 * How an operand moves from one iteration of a loop to the next: {@code stride} bytes each time, or, with a period,
 * through so many places in turn.
 *
 * @param stride bytes from one place to the next
 * @param phase the place of iteration 0, with a period
 * @param period number of places; 0 for as many as there are iterations
 */
public record Motion(long stride, int phase, int period) {
    /** Stays where it is. */
    public static final Motion STILL = new Motion(0, 0, 0);

    /** A step each iteration. */
    public static Motion by(long stride) {
        return stride == 0 ? STILL : new Motion(stride, 0, 0);
    }

    /** Whether it stays where it is. */
    public boolean isStill() {
        return stride == 0;
    }

    /** Bytes from where it lies without moving. */
    public long at(int iteration) {
        return stride * (period == 0 ? iteration : (phase + iteration) % period);
    }
}
