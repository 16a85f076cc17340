package dev.gatun.parquet;

/**
 * Looks over the counts inside of a page. The decoders of Parquet allocate what these say before they find out that it is
 * not there.
 */
final class PageCheck {
    private static final int SLACK = 512; // values that a last run of packed groups may have too many
    private static final int LARGEST_BLOCK = 1 << 16;

    private final byte[] page;
    private final int values;
    private int at;

    /** Begins at the first byte of a page of so many values. */
    PageCheck(byte[] page, int values) {
        this.page = page;
        this.values = values;
    }

    /** Checks definition levels behind their length, and goes behind them. */
    PageCheck levels(int highest) {
        if (page.length < Integer.BYTES) throw new DamageException("a page of " + page.length + " bytes where levels should be");
        int length = (page[0] & 0xFF) | (page[1] & 0xFF) << 8 | (page[2] & 0xFF) << 16 | page[3] << 24;
        if (length < 0 || length > page.length - Integer.BYTES) throw new DamageException("levels of " + length + " bytes in a page of " + page.length);
        at = Integer.BYTES;
        runs(Integer.SIZE - Integer.numberOfLeadingZeros(highest), at + length);
        at = Integer.BYTES + length;
        return this;
    }

    /** Goes behind levels in the old form, which has no counts. */
    PageCheck packedLevels(int highest) {
        long bits = (long) values * (Integer.SIZE - Integer.numberOfLeadingZeros(highest));
        at = (int) Math.min(page.length, (bits + 7) / 8);
        return this;
    }

    /** Checks levels that fill the page. */
    void onlyLevels(int highest) {
        runs(Integer.SIZE - Integer.numberOfLeadingZeros(highest), page.length);
    }

    /** Checks values. */
    void values(org.apache.parquet.column.Encoding encoding) {
        if (values == 0 || at >= page.length) return;
        switch (encoding) {
            case PLAIN_DICTIONARY, RLE_DICTIONARY -> {
                int width = page[at++] & 0xFF;
                if (width > Integer.SIZE) throw new DamageException("places in a dictionary of " + width + " bits");
                runs(width, page.length);
            }
            case DELTA_LENGTH_BYTE_ARRAY -> differences();
            case DELTA_BYTE_ARRAY -> {
                differences();
                differences();
            }
            default -> {} // no counts
        }
    }

    /** Runs of a value, and groups of eight that are packed. */
    private void runs(int width, int end) {
        for (long seen = 0; at < end && seen < values;) {
            int head = varint();
            long count = (long) (head >>> 1) * ((head & 1) == 0 ? 1 : 8);
            boolean packed = (head & 1) != 0;
            if (packed && count > values - seen + SLACK) throw new DamageException("a run of " + count + " values in a page of " + values);
            skip(packed ? count / 8 * width : (width + 7) / 8);
            seen += count;
        }
    }

    /** Lengths as differences: sizes of blocks and their parts, a count, the first value, and blocks; goes behind them. */
    private void differences() {
        int block = varint();
        int parts = varint();
        int count = varint();
        if (block < 1 || block > LARGEST_BLOCK || parts < 1 || parts > block || count < 0 || count > values) {
            throw new DamageException("blocks of " + block + " values in " + parts + " parts for " + count + " of " + values + " values");
        }
        varint();
        int part = block / parts;
        for (long left = count - 1L; left > 0;) {
            varint();
            int widths = at;
            skip(parts);
            for (int i = 0; i < parts && left > 0; i++, left -= part) skip((long) part * (page[widths + i] & 0xFF) / 8);
        }
    }

    private void skip(long bytes) {
        if (at + bytes > page.length) throw new DamageException("a page that is " + (at + bytes - page.length) + " bytes too short");
        at += (int) bytes;
    }

    /** An unsigned number of seven bits in each byte; of longer ones the low 32 bits. */
    private int varint() {
        int x = 0;
        for (int shift = 0;; shift += 7) {
            if (at >= page.length || shift > 63) throw new DamageException("a number that does not end");
            byte b = page[at++];
            if (shift < Integer.SIZE) x |= (b & 0x7F) << shift;
            if (b >= 0) return x;
        }
    }
}
