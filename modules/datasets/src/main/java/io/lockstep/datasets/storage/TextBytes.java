package io.lockstep.datasets.storage;

import io.lockstep.datasets.MalformedDatasetException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** The bytes of a text file, without the mark that some editors put before UTF-8: it is no character of the text. */
public final class TextBytes {
    private static final byte[] UTF_8_MARK = HexFormat.of().parseHex("efbbbf");
    /** Longer ones first: UTF-32's begins with UTF-16's. */
    private static final Map<String, String> FOREIGN_MARKS = new LinkedHashMap<>();

    static {
        FOREIGN_MARKS.put("0000feff", "UTF-32");
        FOREIGN_MARKS.put("fffe0000", "UTF-32");
        FOREIGN_MARKS.put("feff", "UTF-16");
        FOREIGN_MARKS.put("fffe", "UTF-16");
    }

    private TextBytes() {}

    /** @throws MalformedDatasetException if the file begins as one of 16 or 32 bits a character */
    public static byte[] read(Storage storage, String path) throws IOException {
        try (InputStream in = storage.open(path)) {
            return withoutMark(in.readAllBytes(), path);
        }
    }

    /** @param path for the message */
    static byte[] withoutMark(byte[] bytes, String path) throws MalformedDatasetException {
        for (Map.Entry<String, String> mark : FOREIGN_MARKS.entrySet()) {
            if (startsWith(bytes, HexFormat.of().parseHex(mark.getKey()))) {
                throw new MalformedDatasetException(path + " is a text in " + mark.getValue() + "; UTF-8 is read:"
                        + " convert it, for instance by iconv -f " + mark.getValue() + " -t UTF-8");
            }
        }
        return startsWith(bytes, UTF_8_MARK) ? Arrays.copyOfRange(bytes, UTF_8_MARK.length, bytes.length) : bytes;
    }

    /** The same as a string, for short files that name things; what is no UTF-8 is replaced. */
    public static String string(byte[] bytes, String path) throws MalformedDatasetException {
        return new String(withoutMark(bytes, path), StandardCharsets.UTF_8);
    }

    private static boolean startsWith(byte[] bytes, byte[] beginning) {
        return bytes.length >= beginning.length
                && Arrays.equals(bytes, 0, beginning.length, beginning, 0, beginning.length);
    }
}
