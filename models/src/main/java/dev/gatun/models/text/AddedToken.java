package dev.gatun.models.text;

import java.util.Objects;

/**
 * A token that is looked for in the text before the model sees it.
 *
 * @param id its number
 * @param content its text
 * @param special whether it marks something and is no text, the end of a document for example
 * @param singleWord whether it counts only where no word character is on either side
 * @param lstrip whether it takes the white space before it
 * @param rstrip whether it takes the white space after it
 * @param normalized whether it is looked for in the normalized text, itself normalized
 */
public record AddedToken(int id, String content, boolean special, boolean singleWord, boolean lstrip, boolean rstrip,
        boolean normalized) {
    public AddedToken {
        Objects.requireNonNull(content, "content");
        if (id < 0) throw new IllegalArgumentException("the token \"" + content + "\" has the number " + id + ": it must be 0 or more");
        if (content.isEmpty()) throw new IllegalArgumentException("the added token " + id + " is empty: it needs at least one character");
    }

    /** A special token as most vocabularies have them: found in the text as it stands. */
    public static AddedToken special(int id, String content) {
        return new AddedToken(id, content, true, false, false, false, false);
    }
}
