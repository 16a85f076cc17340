package dev.gatun.models.data.video;

import dev.gatun.models.data.DataException;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.w3c.dom.NodeList;

/**
 * Frames of a video, evenly spread over it, in grey and of one size, as the channels of one picture.
 *
 * @param height rows
 * @param width columns
 * @param frames channels; a shorter video repeats some of its frames
 */
public record FrameStack(int height, int width, int frames) {
    private static final int LARGEST = 1 << 12;
    private static final int MOST_FRAMES = 10_000;
    private static final long MOST_PIXELS = 1L << 26;

    public FrameStack {
        if (height < 1 || width < 1 || frames < 1 || height > LARGEST || width > LARGEST || frames > LARGEST) {
            throw new IllegalArgumentException("height, width and frames must lie in 1.." + LARGEST + ", got " + height + ", " + width + ", " + frames);
        }
    }

    /**
     * Reads an animated GIF, or a folder of pictures in the order of their names.
     *
     * @return {@code [height, width, frames]}, 0 for black to 1 for white
     * @throws DataException naming what cannot be read
     */
    public float[] read(Path video) {
        List<float[]> grey = Files.isDirectory(video) ? folder(video) : gif(video);
        float[] stack = new float[height * width * frames];
        for (int f = 0; f < frames; f++) {
            float[] frame = grey.get((int) ((f + 0.5) * grey.size() / frames));
            for (int i = 0; i < height * width; i++) stack[i * frames + f] = frame[i];
        }
        return stack;
    }

    private List<float[]> folder(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> files = all.filter(p -> p.getFileName().toString().toLowerCase(Locale.ROOT).matches("[^.].*\\.(png|jpe?g|bmp|gif)")).sorted().toList();
            if (files.isEmpty()) throw new DataException(folder + " holds no pictures (png, jpg, bmp or gif)");
            if (files.size() > MOST_FRAMES) throw new DataException(folder + ": expected at most " + MOST_FRAMES + " frames, found " + files.size());
            List<float[]> grey = new ArrayList<>();
            for (Path file : files) grey.add(grey(picture(file)));
            return grey;
        } catch (IOException e) {
            throw new DataException(folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static BufferedImage picture(Path file) throws IOException {
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            ImageReader reader = in == null ? null : ImageIO.getImageReaders(in).hasNext() ? ImageIO.getImageReaders(in).next() : null;
            if (reader == null) throw new DataException(file + " is no picture that can be read");
            try {
                reader.setInput(in);
                checkSize(file, reader.getWidth(0), reader.getHeight(0));
                return reader.read(0);
            } catch (IOException | RuntimeException e) {
                throw e instanceof DataException d ? d : new DataException(file + " is a broken picture: " + e.getMessage(), e);
            } finally {
                reader.dispose();
            }
        }
    }

    private static void checkSize(Path file, int width, int height) {
        if ((long) width * height > MOST_PIXELS) throw new DataException(file + ": expected at most " + MOST_PIXELS + " pixels, found " + width + "x" + height);
    }

    /** Frames of a GIF are patches on the picture so far. */
    private List<float[]> gif(Path file) {
        if (!Files.isRegularFile(file)) throw new DataException(file + " does not exist: give an animated GIF or a folder of frames");
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            reader.setInput(in);
            int count = reader.getNumImages(true);
            if (count < 1) throw new DataException(file + " holds no frames");
            if (count > MOST_FRAMES) throw new DataException(file + ": expected at most " + MOST_FRAMES + " frames, found " + count);
            BufferedImage canvas = null;
            List<float[]> grey = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                checkSize(file, reader.getWidth(i), reader.getHeight(i));
                BufferedImage patch = reader.read(i);
                if (canvas == null) canvas = new BufferedImage(patch.getWidth(), patch.getHeight(), BufferedImage.TYPE_INT_RGB);
                IIOMetadataNode root = (IIOMetadataNode) reader.getImageMetadata(i).getAsTree("javax_imageio_gif_image_1.0");
                NodeList place = root.getElementsByTagName("ImageDescriptor");
                IIOMetadataNode d = (IIOMetadataNode) place.item(0);
                Graphics2D g = canvas.createGraphics();
                g.drawImage(patch, Integer.parseInt(d.getAttribute("imageLeftPosition")), Integer.parseInt(d.getAttribute("imageTopPosition")), null);
                g.dispose();
                grey.add(grey(canvas));
            }
            return grey;
        } catch (IOException | RuntimeException e) {
            throw e instanceof DataException x ? x : new DataException(file + " is no GIF that can be read: " + e.getMessage(), e);
        } finally {
            reader.dispose();
        }
    }

    private float[] grey(BufferedImage image) {
        BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = small.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        g.drawImage(image, 0, 0, width, height, null);
        g.dispose();
        float[] grey = new float[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int p = small.getRGB(x, y);
                grey[y * width + x] = (0.299f * (p >> 16 & 255) + 0.587f * (p >> 8 & 255) + 0.114f * (p & 255)) / 255;
            }
        }
        return grey;
    }
}
