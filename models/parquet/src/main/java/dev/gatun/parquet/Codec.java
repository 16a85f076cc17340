package dev.gatun.parquet;

import io.airlift.compress.v3.Decompressor;
import io.airlift.compress.v3.lz4.Lz4Decompressor;
import io.airlift.compress.v3.snappy.SnappyDecompressor;
import io.airlift.compress.v3.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.format.CompressionCodec;

/** How a page is compressed. Nothing of a page goes beyond the size that its head states. */
@FunctionalInterface
interface Codec {
    /** Not at all. */
    Codec NONE = (packed, size) -> packed;

    /** Bytes of a page to those it was made from. */
    byte[] unpack(byte[] packed, int size) throws IOException;

    /**
     * Unpacks a page.
     *
     * @param size of the result
     * @throws DamageException when that is not the size
     */
    default byte[] decompress(byte[] packed, int size) throws IOException {
        byte[] page = size == 0 && packed.length == 0 ? packed : unpack(packed, size);
        if (page.length != size) throw new DamageException("a page of " + page.length + " bytes, expected " + size);
        return page;
    }

    /**
     * The codec of a column.
     *
     * @throws DamageException when there is none, naming those there are
     */
    static Codec of(CompressionCodec codec) {
        if (codec == null) throw new DamageException("an unknown compression");
        return switch (codec) {
            case UNCOMPRESSED -> NONE;
            case GZIP -> Codec::gunzip;
            case SNAPPY -> by(SnappyDecompressor.create());
            case ZSTD -> by(ZstdDecompressor.create());
            case LZ4_RAW -> by(Lz4Decompressor.create());
            case LZO, BROTLI, LZ4 -> throw new DamageException("compressed by " + codec + ": write the file with snappy, gzip, zstd, lz4_raw or no compression");
        };
    }

    private static Codec by(Decompressor d) {
        return (packed, size) -> {
            byte[] page = new byte[size];
            int n = d.decompress(packed, 0, packed.length, page, 0, size);
            if (n != size) throw new DamageException("a page of " + n + " bytes, expected " + size);
            return page;
        };
    }

    /** One byte more than expected is enough to know that the size is wrong. */
    private static byte[] gunzip(byte[] packed, int size) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return in.readNBytes(size + 1);
        }
    }
}
