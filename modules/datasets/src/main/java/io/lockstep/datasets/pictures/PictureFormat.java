package io.lockstep.datasets.pictures;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/** Formats that are read. A file's beginning tells which one it has, whatever its name ends in. */
enum PictureFormat {
    PNG("89504e470d0a1a0a"),
    JPEG("ffd8ff");

    /** Beginnings of what people have under these endings too. */
    private static final Map<String, String> OTHERS = Map.of(
            "47494638", "a GIF",
            "52494646", "a WebP",
            "424d", "a BMP",
            "49492a00", "a TIFF",
            "4d4d002a", "a TIFF",
            "3c", "XML or HTML");

    private final byte[] beginning;

    PictureFormat(String beginning) {
        this.beginning = HexFormat.of().parseHex(beginning);
    }

    /** @throws PictureException saying what the file is instead */
    static PictureFormat of(byte[] file) throws PictureException {
        for (PictureFormat format : values()) {
            if (startsWith(file, format.beginning)) {
                return format;
            }
        }
        throw new PictureException("is neither PNG nor JPEG, but " + kind(file));
    }

    private static String kind(byte[] file) {
        if (file.length == 0) {
            return "an empty file";
        }
        return OTHERS.entrySet().stream()
                .filter(other -> startsWith(file, HexFormat.of().parseHex(other.getKey())))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseGet(() -> "a file that begins with the bytes "
                        + HexFormat.ofDelimiter(" ").formatHex(file, 0, Math.min(8, file.length)));
    }

    private static boolean startsWith(byte[] file, byte[] beginning) {
        return file.length >= beginning.length
                && Arrays.equals(file, 0, beginning.length, beginning, 0, beginning.length);
    }
}
