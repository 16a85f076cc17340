package dev.gatun.models.data.documents;

import dev.gatun.models.data.DataException;
import dev.gatun.models.data.TextFiles;
import dev.gatun.models.data.TextFormats;
import dev.gatun.models.data.TextRows;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The documents of a file, or of all files below a folder in the order of their paths: each line or row of a file of
 * {@link TextFormats}, and each other file as a whole. Files are read as they are needed; long ones come in pieces that
 * end behind a line. Reading throws {@link DataException} that names file, line and what was expected.
 */
public final class Documents implements Iterable<Document> {
    private static final int PIECE = 1 << 20;
    private static final int LONGEST_LINE = 1 << 24;

    private final List<Path> files;
    private final String field;
    private final TextFormats formats = TextFormats.standard();
    private long missing;

    private Documents(List<Path> files, String field) {
        this.files = files;
        this.field = field;
    }

    /**
     * Documents of a file or folder.
     *
     * @param field name of the text in lines or rows
     * @throws DataException when there is no such file, or no file in the folder
     */
    public static Documents of(Path path, String field) {
        List<Path> files = TextFiles.of(path);
        if (files.isEmpty()) throw new DataException(path + " contains no files: give a file or folder with text");
        return new Documents(files, field);
    }

    /** Number of files. */
    public int files() {
        return files.size();
    }

    /** Number of rows without any text (null) that were passed over, so far in the iteration begun last. */
    public long missing() {
        return missing;
    }

    @Override
    public Iterator<Document> iterator() {
        missing = 0;
        return new All();
    }

    /** The texts alone, for training a vocabulary. */
    public Iterable<String> texts() {
        return () -> {
            Iterator<Document> all = iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return all.hasNext();
                }

                @Override
                public String next() {
                    return all.next().text();
                }
            };
        };
    }

    /** One file after another. */
    private final class All implements Iterator<Document> {
        private final Iterator<Path> left = files.iterator();
        private Iterator<Document> current = List.<Document>of().iterator();

        @Override
        public boolean hasNext() {
            while (!current.hasNext() && left.hasNext()) {
                Path file = left.next();
                current = formats.open(file, field).<Iterator<Document>>map(rows -> new Rows(file, rows)).orElseGet(() -> new Pieces(file));
            }
            return current.hasNext();
        }

        @Override
        public Document next() {
            if (!hasNext()) throw new NoSuchElementException();
            return current.next();
        }
    }

    /** Lines or rows of a file. */
    private final class Rows implements Iterator<Document> {
        private final Path file;
        private final TextRows rows;
        private long counted;

        Rows(Path file, TextRows rows) {
            this.file = file;
            this.rows = rows;
            count();
        }

        private void count() {
            missing += rows.missing() - counted;
            counted = rows.missing();
        }

        @Override
        public boolean hasNext() {
            return rows.hasNext();
        }

        @Override
        public Document next() {
            String text = rows.next();
            count();
            return new Document(file + ":" + rows.row(), text, true);
        }
    }

    /** A text file in pieces. */
    private static final class Pieces implements Iterator<Document> {
        private final Path file;
        private final BufferedReader in;
        private boolean closed;
        private String ahead;

        Pieces(Path file) {
            this.file = file;
            try {
                in = Files.newBufferedReader(file, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new DataException(file + " cannot be read: " + e.getMessage(), e);
            }
            ahead = read();
            if (ahead != null && ahead.startsWith("\uFEFF")) ahead = ahead.substring(1);
            if (ahead != null && ahead.isEmpty()) ahead = null;
        }

        /** The next piece; {@code null} behind the last, and then the file is closed. */
        private String read() {
            if (closed) return null;
            StringBuilder piece = new StringBuilder();
            try {
                for (int c = in.read(); c >= 0; c = in.read()) {
                    piece.append((char) c);
                    if (c == '\n' && piece.length() >= PIECE) return piece.toString();
                    if (piece.length() > LONGEST_LINE) throw new DataException(file + ": expected lines of at most " + LONGEST_LINE + " characters");
                }
                in.close();
                closed = true;
            } catch (CharacterCodingException e) {
                throw new DataException(file + " is not UTF-8 text. Convert the file to UTF-8, or leave it out", e);
            } catch (IOException e) {
                throw new DataException(file + " cannot be read: " + e.getMessage(), e);
            }
            return piece.isEmpty() ? null : piece.toString();
        }

        @Override
        public boolean hasNext() {
            return ahead != null;
        }

        @Override
        public Document next() {
            if (ahead == null) throw new NoSuchElementException();
            String text = ahead;
            ahead = read();
            return new Document(file.toString(), text, ahead == null);
        }
    }
}
