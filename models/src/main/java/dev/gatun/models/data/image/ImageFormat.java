package dev.gatun.models.data.image;

import dev.gatun.models.data.DataException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Kinds of image folders. */
public enum ImageFormat {
    /** MNIST and its kin: {@link IdxImages}. */
    IDX,
    /** CIFAR-10 and CIFAR-100, binary version: {@link CifarImages}. */
    CIFAR,
    /** One sub-folder of pictures a class: {@link FolderImages}. */
    FOLDER;

    /**
     * Reads a part.
     *
     * @throws DataException naming the file, the field and what was expected there
     */
    public ImageDataset read(Path folder, Part part, ReadOptions options) {
        return switch (this) {
            case IDX -> IdxImages.read(folder, part, options);
            case CIFAR -> CifarImages.read(folder, part, options);
            case FOLDER -> FolderImages.read(folder, part, options);
        };
    }

    /**
     * The format of a folder's files.
     *
     * @throws DataException when there are none of any format
     */
    public static ImageFormat detect(Path folder) {
        if (!Files.isDirectory(folder)) throw new DataException(folder + " is not a folder: give one with IDX, CIFAR or picture files");
        for (ImageFormat f : List.of(IDX, CIFAR)) {
            if (f.has(folder, Part.TRAIN) || f.has(folder, Part.TEST)) return f;
        }
        return FOLDER;
    }

    /** Whether a folder has files of this format for a part. Says nothing about what is in them. */
    public boolean has(Path folder, Part part) {
        return switch (this) {
            case IDX -> IdxImages.has(folder, part);
            case CIFAR -> CifarImages.has(folder, part);
            case FOLDER -> FolderImages.has(folder, part);
        };
    }
}
