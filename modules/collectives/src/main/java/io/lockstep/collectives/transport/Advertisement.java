package io.lockstep.collectives.transport;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a rank tells the others through the rendezvous, before there is a group.
 *
 * @param host equal for ranks that can share memory
 * @param reach how it is reached from other hosts
 * @param segment the rank's shared-memory file, or null
 * @param nonce 16 bytes, fresh
 */
public record Advertisement(int rank, String host, Reach reach, Path segment, byte[] nonce) {
    /**
     * Where a rank listens.
     *
     * @param route {@code tcp}, {@code udp}
     * @param address the only address at which the rank can be reached
     * @param port of that route, or 0 when the rank opened none
     * @param mtuBytes the longest UDP payload that the rank's interface carries in one piece, or 0 where that is no limit
     */
    public record Reach(String route, String address, int port, int mtuBytes) {}

    private static final String VERSION = "lockstep-2-" + ByteOrder.nativeOrder();
    private static final int NONCE_BYTES = 16;

    public String route() {
        return reach.route;
    }

    public String address() {
        return reach.address;
    }

    public int port() {
        return reach.port;
    }

    public int mtuBytes() {
        return reach.mtuBytes;
    }

    public String encode() {
        String path = segment == null
                ? ""
                : Base64.getUrlEncoder().encodeToString(segment.toString().getBytes(StandardCharsets.UTF_8));
        return VERSION + ";rank=" + rank + ";host=" + host + ";route=" + route() + ";address=" + address() + ";port="
                + port()
                + ";mtu=" + mtuBytes() + ";segment=" + path + ";nonce="
                + HexFormat.of().formatHex(nonce);
    }

    /** @throws IllegalArgumentException when it is not the advertisement of {@code rank} */
    public static Advertisement parse(int rank, String text) {
        String[] parts = text.split(";");
        if (!parts[0].equals(VERSION)) {
            throw new IllegalArgumentException("rank " + rank + " runs another version, or on another architecture: "
                    + parts[0] + " instead of " + VERSION);
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int separator = parts[i].indexOf('=');
            if (separator > 0) {
                fields.put(parts[i].substring(0, separator), parts[i].substring(separator + 1));
            }
        }
        try {
            String path = fields.get("segment");
            byte[] nonce = HexFormat.of().parseHex(fields.get("nonce"));
            Advertisement result = new Advertisement(
                    Integer.parseInt(fields.get("rank")),
                    fields.get("host"),
                    new Reach(
                            fields.get("route"),
                            fields.get("address"),
                            Integer.parseInt(fields.get("port")),
                            Integer.parseInt(fields.get("mtu"))),
                    path.isEmpty()
                            ? null
                            : Path.of(new String(Base64.getUrlDecoder().decode(path), StandardCharsets.UTF_8)),
                    nonce);
            if (result.rank != rank
                    || nonce.length != NONCE_BYTES
                    || result.host == null
                    || result.route() == null
                    || result.address() == null) {
                throw new IllegalArgumentException("rank " + rank + " advertised " + text);
            }
            return result;
        } catch (NullPointerException | NumberFormatException e) {
            throw new IllegalArgumentException("rank " + rank + " advertised " + text, e);
        }
    }

    public String describe() {
        return "rank " + rank + " (" + address() + ")";
    }
}
