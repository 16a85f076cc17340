package dev.gatun.models.text;

/** What becomes of the matches of a splitting pattern. */
enum SplitBehavior {
    /** Matches are dropped. */
    REMOVED,
    /** Each match is a piece. */
    ISOLATED,
    /** A match ends the piece before it. */
    MERGED_WITH_PREVIOUS,
    /** A match starts the piece after it. */
    MERGED_WITH_NEXT,
    /** Matches side by side are one piece. */
    CONTIGUOUS;

    /**
     * Collects a text's parts, which follow each other without gaps, and then hands out pieces.
     */
    static final class Parts {
        private final IntList ends = new IntList();
        private final IntList matches = new IntList();
        private int last;

        Parts(int from) {
            last = from;
        }

        /** The next part; an empty one is none. */
        void add(int end, boolean match) {
            if (end == last) return;
            ends.add(end);
            matches.add(match ? 1 : 0);
            last = end;
        }

        /** Hands out the pieces of a text that starts at {@code from}. */
        void emit(SplitBehavior behavior, char[] text, int from, PreTokenizer.Pieces out) {
            int start = from;
            int n = ends.size();
            for (int i = 0; i < n; i++) {
                boolean match = matches.get(i) == 1;
                if (behavior == REMOVED && match) {
                    start = ends.get(i);
                } else if (i + 1 == n || !joined(behavior, i)) {
                    out.piece(text, start, ends.get(i));
                    start = ends.get(i);
                }
            }
        }

        /** Whether part i and the one after it are one piece. */
        private boolean joined(SplitBehavior behavior, int i) {
            int here = matches.get(i);
            int next = matches.get(i + 1);
            return switch (behavior) {
                case REMOVED, ISOLATED -> false;
                case CONTIGUOUS -> here == next;
                case MERGED_WITH_PREVIOUS -> here == 0 && next == 1;
                case MERGED_WITH_NEXT -> here == 1 && next == 0;
            };
        }
    }
}
