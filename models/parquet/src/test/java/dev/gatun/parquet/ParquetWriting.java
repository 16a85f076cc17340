package dev.gatun.parquet;

import com.github.luben.zstd.Zstd;
import io.airlift.compress.v3.lz4.Lz4Compressor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.xerial.snappy.Snappy;

/** Writes files with the library of those who define the format. */
final class ParquetWriting {
    static final String TEXT = "message m { optional binary text (STRING); required int32 n; }";

    private CompressionCodecName codec = CompressionCodecName.UNCOMPRESSED;
    private boolean dictionary;
    private WriterVersion version = WriterVersion.PARQUET_1_0;
    private int rowsInGroup = Integer.MAX_VALUE;
    private int pageBytes = 1 << 20;
    private boolean checksums = true;

    ParquetWriting codec(CompressionCodecName c) {
        codec = c;
        return this;
    }

    ParquetWriting dictionary(boolean d) {
        dictionary = d;
        return this;
    }

    ParquetWriting version(WriterVersion v) {
        version = v;
        return this;
    }

    ParquetWriting rowsInGroup(int n) {
        rowsInGroup = n;
        return this;
    }

    ParquetWriting pageBytes(int n) {
        pageBytes = n;
        return this;
    }

    ParquetWriting checksums(boolean c) {
        checksums = c;
        return this;
    }

    /** Texts, {@code null} for none, beside numbers. */
    Path texts(Path file, List<String> texts) throws IOException {
        return rows(file, TEXT, texts.size(), (g, i) -> {
            if (texts.get(i) != null) g.add("text", texts.get(i));
            g.add("n", i);
        });
    }

    /** Rows of any kind. */
    Path rows(Path file, String schema, int count, BiConsumer<Group, Integer> fill) throws IOException {
        MessageType type = MessageTypeParser.parseMessageType(schema);
        try (ParquetWriter<Group> w = builder(file)
                .withType(type)
                .withCodecFactory(new Compression())
                .withCompressionCodec(codec)
                .withDictionaryEncoding(dictionary)
                .withWriterVersion(version)
                .withRowGroupRowCountLimit(rowsInGroup)
                .withPageSize(pageBytes)
                .withPageWriteChecksumEnabled(checksums)
                .withMinRowCountForPageSizeCheck(10)
                .build()) {
            for (int i = 0; i < count; i++) {
                Group g = new SimpleGroup(type);
                fill.accept(g, i);
                w.write(g);
            }
        }
        return file;
    }

    /** Called by name: the compiler would look at overloads that speak of Hadoop, which is not there. */
    private static ExampleParquetWriter.Builder builder(Path file) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            Object b = lookup.findStatic(ExampleParquetWriter.class, "builder", MethodType.methodType(ExampleParquetWriter.Builder.class, OutputFile.class))
                    .invoke((OutputFile) new LocalOutputFile(file));
            return (ExampleParquetWriter.Builder) lookup.findVirtual(ParquetWriter.Builder.class, "withConf",
                    MethodType.methodType(ParquetWriter.Builder.class, ParquetConfiguration.class))
                    .invoke((ParquetWriter.Builder<?, ?>) b, (ParquetConfiguration) new PlainParquetConfiguration());
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Compressors that are not those which the module unpacks with, but for LZ4. */
    private static final class Compression implements CompressionCodecFactory {
        @Override
        public BytesInputCompressor getCompressor(CompressionCodecName name) {
            UnaryOperator<byte[]> pack = switch (name) {
                case UNCOMPRESSED -> UnaryOperator.identity();
                case GZIP -> ParquetWriting::gzip;
                case ZSTD -> Zstd::compress;
                case SNAPPY -> ParquetWriting::snappy;
                case LZ4_RAW -> ParquetWriting::lz4;
                case LZO, BROTLI, LZ4 -> UnaryOperator.identity(); // only the name is wanted
            };
            return new BytesInputCompressor() {
                @Override
                public BytesInput compress(BytesInput bytes) throws IOException {
                    return BytesInput.from(pack.apply(bytes.toInputStream().readAllBytes()));
                }

                @Override
                public CompressionCodecName getCodecName() {
                    return name;
                }

                @Override
                public void release() {}
            };
        }

        @Override
        public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
            return new BytesInputDecompressor() {
                @Override
                public BytesInput decompress(BytesInput bytes, int size) {
                    throw new UnsupportedOperationException("a writer unpacks nothing");
                }

                @Override
                public void decompress(ByteBuffer in, int packed, ByteBuffer out, int size) {
                    throw new UnsupportedOperationException("a writer unpacks nothing");
                }

                @Override
                public void release() {}
            };
        }

        @Override
        public void release() {}
    }

    private static byte[] snappy(byte[] bytes) {
        try {
            return Snappy.compress(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toByteArray();
    }

    private static byte[] lz4(byte[] bytes) {
        Lz4Compressor c = Lz4Compressor.create();
        byte[] out = new byte[c.maxCompressedLength(bytes.length)];
        return Arrays.copyOf(out, c.compress(bytes, 0, bytes.length, out, 0, out.length));
    }
}
