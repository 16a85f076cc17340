package dev.gatun.graph.schedule;

import dev.gatun.graph.ir.Node;

/** What runs as one: a loop in the making, a call, or a concatenation whose parts others write. */
sealed interface Unit permits Group, Unit.Whole {
    /** Number of the last graph node in it. */
    int position();

    /** Number of the first graph node in it. */
    int firstPosition();

    /** A node that is a unit by itself. */
    record Whole(Node node, int position) implements Unit {
        @Override
        public int firstPosition() {
            return position;
        }
    }
}
