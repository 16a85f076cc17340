package dev.gatun.graph.schedule;

/** One unit of a plan, run after the one before it. */
public sealed interface Step permits Loop, Call, Repeat, Together {
    /** Short name for listings and profiles. */
    String label();

    /** The user's source line that the step comes from: {@code Gpt.java:46}. */
    String source();
}
