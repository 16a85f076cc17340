package dev.gatun.graph.plan;

/** Text that is no plan, or a plan whose steps reach outside its memory; the message names the line or the step and the rule. */
public final class PlanException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public PlanException(String message) {
        super(message);
    }

    public PlanException(String message, Throwable cause) {
        super(message, cause);
    }
}
