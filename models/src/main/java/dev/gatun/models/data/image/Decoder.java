package dev.gatun.models.data.image;

import dev.gatun.models.data.DataException;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Pictures in files: PNG, JPEG, BMP, and the first frame of a GIF. */
final class Decoder {
    /** Most pixels of a picture; a header that promises more is refused before it costs memory. */
    static final long MOST_PIXELS = 1L << 26;

    /** Bytes {@code [H,W,3]}. */
    record Picture(Frame frame, byte[] bytes) {}

    private Decoder() {}

    /**
     * Decodes a file. Transparency is dropped, orientation notes of cameras are not followed.
     *
     * @throws DataException naming the file, when it is not a picture
     */
    static Picture decode(Path file) {
        if (!Files.isRegularFile(file)) throw new DataException(file + " is not a regular file, or a link to none: repair or remove it");
        try (InputStream in = Files.newInputStream(file); ImageInputStream stream = new MemoryCacheImageInputStream(in)) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw new DataException(file + " is not a picture: its first bytes are those of no PNG, JPEG, BMP or GIF file");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream, true, true);
                int width = reader.getWidth(0);
                int height = reader.getHeight(0);
                if (width < 1 || height < 1 || width > ReadOptions.LONGEST || height > ReadOptions.LONGEST
                        || (long) width * height > MOST_PIXELS) {
                    throw new DataException(file + " has " + height + "x" + width + " pixels, expected sides of 1 to "
                            + ReadOptions.LONGEST + " and at most " + MOST_PIXELS + " pixels");
                }
                List<String> warnings = new ArrayList<>();
                reader.addIIOReadWarningListener((r, text) -> warnings.add(text));
                Picture picture = colours(reader.read(0));
                for (String w : warnings) { // the JPEG reader paints what is missing grey and only warns
                    String warning = w.toLowerCase(Locale.ROOT);
                    if (warning.contains("premature") || warning.contains("truncated")) {
                        throw new DataException(file + " is cut off: " + w + ". Get the whole file, or skip bad images");
                    }
                }
                return picture;
            } finally {
                reader.dispose();
            }
        } catch (DataException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // readers answer broken files with exceptions of many types
            throw new DataException(file + " does not decode as a picture: " + e.getMessage()
                    + ". Repair or remove it, or skip bad images", e);
        }
    }

    private static Picture colours(BufferedImage image) {
        int h = image.getHeight();
        int w = image.getWidth();
        byte[] bytes = new byte[3 * h * w];
        Raster raster = image.getRaster();
        boolean grey = raster.getNumBands() <= 2 && !(image.getColorModel() instanceof IndexColorModel);
        // getRGB takes grey samples for linear light and brightens them: 128 would read as 188
        int shift = raster.getTransferType() == DataBuffer.TYPE_USHORT ? 8 : 0;
        int[] row = new int[w];
        for (int y = 0, at = 0; y < h; y++) {
            if (grey) raster.getSamples(0, y, w, 1, 0, row);
            else image.getRGB(0, y, w, 1, row, 0, w);
            for (int x = 0; x < w; x++, at += 3) {
                int rgb = grey ? (row[x] >> shift) * 0x010101 : row[x];
                bytes[at] = (byte) (rgb >> 16);
                bytes[at + 1] = (byte) (rgb >> 8);
                bytes[at + 2] = (byte) rgb;
            }
        }
        return new Picture(new Frame(h, w, 3), bytes);
    }
}
