package io.lockstep.networks.weights;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How a parameter lies in a file, beside how DL4J has it. Dimensions of size 1 do not count.
 *
 * <p>DL4J's weights of a dense layer are (inputs, outputs), PyTorch's (outputs, inputs). Where a dense layer reads the
 * pixels of an image, the inputs are in another order besides: (height, width, channels) in Lockstep's zoo, (channels,
 * height, width) elsewhere.
 */
enum Layout {
    /** Dimension for dimension the same. */
    SAME {
        @Override
        boolean fits(List<Long> there, List<Long> here) {
            return there.equals(here);
        }

        @Override
        INDArray toNetwork(INDArray there, NetworkParameter parameter) {
            return there;
        }

        @Override
        INDArray toFile(NetworkParameter parameter) {
            return parameter.value();
        }
    },
    /** (outputs, inputs) in the file, (inputs, outputs) in the network. */
    TRANSPOSED {
        @Override
        boolean fits(List<Long> there, List<Long> here) {
            return there.equals(here.size() == 2 ? List.of(here.get(1), here.get(0)) : here);
        }

        @Override
        INDArray toNetwork(INDArray there, NetworkParameter parameter) {
            long rows = there.length() / parameter.value().size(0);
            INDArray matrix = reshape(there, rows, parameter.value().size(0));
            long[] image = parameter.image();
            if (image == null) {
                return matrix.transpose();
            }
            return reshape(
                    reshape(matrix, rows, image[2], image[0], image[1]).permute(2, 3, 1, 0),
                    parameter.value().size(0),
                    rows);
        }

        @Override
        INDArray toFile(NetworkParameter parameter) {
            long[] image = parameter.image();
            if (image == null) {
                return parameter.value().transpose();
            }
            long columns = parameter.value().size(1);
            INDArray cube = reshape(parameter.value(), image[0], image[1], image[2], columns);
            return reshape(cube.permute(3, 2, 0, 1), columns, parameter.value().size(0));
        }
    },
    /** A table of (places, features), of which the network, whose sequences are shorter, has the first: (features, places). */
    FIRST_ROWS {
        @Override
        boolean fits(List<Long> there, List<Long> here) {
            return there.size() == 2
                    && here.size() == 2
                    && there.get(0) >= here.get(1)
                    && there.get(1).equals(here.get(0));
        }

        @Override
        INDArray toNetwork(INDArray there, NetworkParameter parameter) {
            long features = parameter.value().size(0);
            INDArray table = reshape(there, there.length() / features, features);
            return table.getRows(firstRows(parameter.value().size(1))).transpose();
        }

        @Override
        INDArray toFile(NetworkParameter parameter) {
            return parameter.value().transpose();
        }
    };

    /** In the order of C, wherever the numbers lie. */
    private static INDArray reshape(INDArray array, long... shape) {
        INDArray inOrder = array.ordering() == 'c' && !array.isView() ? array : array.dup('c');
        return inOrder.reshape('c', shape); // an array of sizes: DL4J would take a lone 'c' for one of them
    }

    private static int[] firstRows(long count) {
        int[] rows = new int[Math.toIntExact(count)];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
        }
        return rows;
    }

    /**
     * @param there sizes in the file, but those of 1
     * @param here sizes in the network, but those of 1
     */
    abstract boolean fits(List<Long> there, List<Long> here);

    /**
     * @param there in the order of C, of a shape that {@link #fits}, or for a part of the network's last dimension
     * @return of the network's shape, but for dimensions of 1
     */
    abstract INDArray toNetwork(INDArray there, NetworkParameter parameter);

    /** The file's, whose order in memory may be any. */
    abstract INDArray toFile(NetworkParameter parameter);
}
