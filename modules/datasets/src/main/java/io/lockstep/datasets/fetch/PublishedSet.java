package io.lockstep.datasets.fetch;

import io.lockstep.datasets.catalog.DataCatalog;
import java.net.URI;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A data set as its publisher offers it.
 *
 * @param files to download
 * @param archiveMembers where the one file is a {@code .tar.gz}: the full names of the members that make the set; empty
 *     where the files are the set
 * @param largestMemberBytes what no member exceeds
 */
record PublishedSet(String name, List<PublishedFile> files, List<String> archiveMembers, long largestMemberBytes) {
    private static final String MNIST_MIRROR = "https://ossci-datasets.s3.amazonaws.com/mnist/";

    /** All that {@code data fetch} knows. */
    static final List<PublishedSet> ALL = List.of(cifar10(), mnist(), tinyShakespeare());

    /** The folder in the data home, as the catalog looks for it. */
    String folder() {
        return DataCatalog.folderName(name);
    }

    /** Krizhevsky's page gives the MD5 c32a1d4ab5d03f1284b67883e8d87530 of the same file. */
    private static PublishedSet cifar10() {
        var archive = new PublishedFile(
                "cifar-10-binary.tar.gz",
                URI.create("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
                170_052_171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd");
        List<String> members = Stream.concat(
                        IntStream.rangeClosed(1, 5).mapToObj(i -> "data_batch_" + i + ".bin"),
                        Stream.of("test_batch.bin", "batches.meta.txt"))
                .map(member -> "cifar-10-batches-bin/" + member)
                .toList();
        return new PublishedSet("cifar10", List.of(archive), members, 10_000 * 3073);
    }

    /** LeCun's page no longer serves the files; this is the mirror that torchvision uses. */
    private static PublishedSet mnist() {
        List<PublishedFile> files = List.of(
                mnistFile(
                        "train-images-idx3-ubyte.gz",
                        9_912_422,
                        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
                mnistFile(
                        "train-labels-idx1-ubyte.gz",
                        28_881,
                        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
                mnistFile(
                        "t10k-images-idx3-ubyte.gz",
                        1_648_877,
                        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
                mnistFile(
                        "t10k-labels-idx1-ubyte.gz",
                        4_542,
                        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"));
        return new PublishedSet("mnist", files, List.of(), 0);
    }

    /** Karpathy's char-rnn: 40,000 lines of Shakespeare. */
    private static PublishedSet tinyShakespeare() {
        var file = new PublishedFile(
                "input.txt",
                URI.create("https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"),
                1_115_394,
                "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed");
        return new PublishedSet("tinyshakespeare", List.of(file), List.of(), 0);
    }

    private static PublishedFile mnistFile(String name, long bytes, String sha256) {
        return new PublishedFile(name, URI.create(MNIST_MIRROR + name), bytes, sha256);
    }
}
