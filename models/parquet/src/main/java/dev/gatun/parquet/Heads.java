package dev.gatun.parquet;

import java.io.IOException;
import java.io.InputStream;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;
import shaded.parquet.org.apache.thrift.TBase;
import shaded.parquet.org.apache.thrift.TConfiguration;
import shaded.parquet.org.apache.thrift.TException;
import shaded.parquet.org.apache.thrift.protocol.TCompactProtocol;
import shaded.parquet.org.apache.thrift.transport.TIOStreamTransport;

/** The structures of a file, with lists and strings that are no longer than the bytes they can be made of. */
final class Heads {
    private static final int LONGEST_PAGE_HEAD = 1 << 20;
    private static final int DEEPEST = 64;

    private Heads() {}

    /** A footer of so many bytes. */
    static FileMetaData footer(InputStream in, int length) throws IOException {
        return read(new FileMetaData(), in, length);
    }

    /** The head of a page. */
    static PageHeader page(InputStream in) throws IOException {
        return read(new PageHeader(), in, LONGEST_PAGE_HEAD);
    }

    private static <T extends TBase<?, ?>> T read(T into, InputStream in, int longest) throws IOException {
        try {
            TConfiguration limits = TConfiguration.custom().setMaxMessageSize(Math.max(1, longest)).setMaxFrameSize(Math.max(1, longest)).setRecursionLimit(DEEPEST).build();
            into.read(new TCompactProtocol(new TIOStreamTransport(limits, in), longest, longest));
            return into;
        } catch (TException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
