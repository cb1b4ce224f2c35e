package io.lockstep.datasets.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.w3c.dom.Node;

/** Files of JPEG, with the marks that cameras and programs put into them. */
final class Jpegs {
    private Jpegs() {}

    /** A TIFF header, and a folder of two entries, the second of which is the orientation. */
    static byte[] exif(int orientation, boolean little) {
        ByteBuffer tiff = ByteBuffer.allocate(38).order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        tiff.put((byte) (little ? 'I' : 'M'))
                .put((byte) (little ? 'I' : 'M'))
                .putShort((short) 42)
                .putInt(8);
        tiff.putShort((short) 2);
        tiff.putShort((short) 0x0100)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) 99)
                .putShort((short) 0);
        tiff.putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .putShort((short) 0);
        return tiff.array();
    }

    /** @param wholeColours without subsampling of the colours */
    static byte[] jpeg(BufferedImage image, boolean wholeColours) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        var bytes = new ByteArrayOutputStream();
        try (var out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            var parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(1);
            IIOMetadata metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), parameters);
            if (wholeColours) {
                Node tree = metadata.getAsTree("javax_imageio_jpeg_image_1.0");
                Node frame = find(tree, "sof");
                for (Node each = frame.getFirstChild(); each != null; each = each.getNextSibling()) {
                    each.getAttributes().getNamedItem("HsamplingFactor").setNodeValue("1");
                    each.getAttributes().getNamedItem("VsamplingFactor").setNodeValue("1");
                }
                metadata.setFromTree("javax_imageio_jpeg_image_1.0", tree);
            }
            writer.write(null, new IIOImage(image, null, metadata), parameters);
        }
        writer.dispose();
        return bytes.toByteArray();
    }

    static Node find(Node tree, String name) {
        for (Node each = tree.getFirstChild(); each != null; each = each.getNextSibling()) {
            Node found = each.getNodeName().equals(name) ? each : find(each, name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Puts a segment in front of all others. */
    static byte[] withSegment(byte[] jpeg, int marker, byte[] data) {
        return ByteBuffer.allocate(jpeg.length + data.length + 4)
                .put(jpeg, 0, 2)
                .put((byte) 0xff)
                .put((byte) marker)
                .putShort((short) (data.length + 2))
                .put(data)
                .put(jpeg, 2, jpeg.length - 2)
                .array();
    }

    /** Takes the JFIF segment away, which is the first. */
    static byte[] withoutJfif(byte[] jpeg) {
        assertThat(jpeg[3]).isEqualTo((byte) 0xe0);
        int length = ByteBuffer.wrap(jpeg).getShort(4) + 2;
        return ByteBuffer.allocate(jpeg.length - length)
                .put(jpeg, 0, 2)
                .put(jpeg, 2 + length, jpeg.length - 2 - length)
                .array();
    }
}
