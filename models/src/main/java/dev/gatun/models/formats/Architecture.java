package dev.gatun.models.formats;

/**
 * What a configuration says.
 *
 * @param family its name there
 * @param model with no weights yet
 * @param table where its weights are
 * @param headWidth of attention
 */
record Architecture(String family, Record model, NameTable table, int headWidth) {
    /** More than any model has. */
    static final int MOST_LAYERS = 4096;
}
