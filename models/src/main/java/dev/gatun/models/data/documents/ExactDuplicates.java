package dev.gatun.models.data.documents;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.Set;

/** Finds texts that are the same but for white space at their ends, by half of their SHA-256. */
final class ExactDuplicates {
    private record Half(long a, long b) {}

    private final Set<Half> seen = new HashSet<>();

    /** Has seen nothing yet. */
    public ExactDuplicates() {}

    /**
     * Takes a text unless it was taken before.
     *
     * @return whether it is new
     */
    boolean add(String text) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(text.strip().getBytes(StandardCharsets.UTF_8));
            ByteBuffer b = ByteBuffer.wrap(sum);
            return seen.add(new Half(b.getLong(), b.getLong()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
