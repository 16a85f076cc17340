package dev.gatun.models.data.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;

/** Files in the formats that the readers take, written independently of them. */
final class ImageFiles {
    private ImageFiles() {}

    static byte[] idxImages(int count, int rows, int columns) {
        ByteBuffer b = ByteBuffer.allocate(16 + count * rows * columns).putInt(0x803).putInt(count).putInt(rows).putInt(columns);
        while (b.hasRemaining()) b.put((byte) ((b.position() - 16) * 7));
        return b.array();
    }

    static byte[] idxLabels(int... labels) {
        ByteBuffer b = ByteBuffer.allocate(8 + labels.length).putInt(0x801).putInt(labels.length);
        for (int l : labels) b.put((byte) l);
        return b.array();
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream g = new GZIPOutputStream(out)) {
            g.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static Path write(Path folder, String name, byte[] bytes) {
        try {
            Files.createDirectories(folder.resolve(name).getParent());
            return Files.write(folder.resolve(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A record of CIFAR: its labels, then red = pixel number, green = 1, blue = 2. */
    static byte[] cifar(int... labels) {
        byte[] b = new byte[labels.length + 3072];
        for (int i = 0; i < labels.length; i++) b[i] = (byte) labels[i];
        for (int p = 0; p < 1024; p++) {
            b[labels.length + p] = (byte) p;
            b[labels.length + 1024 + p] = 1;
            b[labels.length + 2048 + p] = 2;
        }
        return b;
    }

    static byte[] picture(String format, int height, int width, int type, int rgb) {
        BufferedImage image = new BufferedImage(width, height, type);
        if (type == BufferedImage.TYPE_BYTE_GRAY) {
            for (int y = 0; y < height; y++) for (int x = 0; x < width; x++) image.getRaster().setSample(x, y, 0, rgb & 0xFF);
        } else {
            for (int y = 0; y < height; y++) for (int x = 0; x < width; x++) image.setRGB(x, y, 0xFF000000 | rgb);
        }
        return encode(format, image);
    }

    /** A picture in which no two pixels tell of each other. */
    static byte[] noise(String format, int side) {
        BufferedImage image = new BufferedImage(side, side, format.equals("gif") ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < side; y++) for (int x = 0; x < side; x++) image.setRGB(x, y, 0xFF000000 | (x + side * y) * 0x9E3779B9 >>> 8);
        return encode(format, image);
    }

    private static byte[] encode(String format, BufferedImage image) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, out)) throw new IllegalStateException("no writer for " + format);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] png(int height, int width, int rgb) {
        return picture("png", height, width, BufferedImage.TYPE_INT_RGB, rgb);
    }
}
