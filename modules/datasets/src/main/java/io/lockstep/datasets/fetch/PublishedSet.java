package io.lockstep.datasets.fetch;

import io.lockstep.datasets.catalog.DataCatalog;
import java.net.URI;
import java.util.ArrayList;
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
    /** All that {@code data fetch} knows. */
    static final List<PublishedSet> ALL =
            List.of(cifar10(), cifar100(), mnist(), fashionMnist(), kmnist(), tinyShakespeare());

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

    private static PublishedSet cifar100() {
        var archive = new PublishedFile(
                "cifar-100-binary.tar.gz",
                URI.create("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"),
                168_513_733,
                "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec");
        List<String> members = Stream.of("train.bin", "test.bin", "coarse_label_names.txt", "fine_label_names.txt")
                .map(member -> "cifar-100-binary/" + member)
                .toList();
        return new PublishedSet("cifar100", List.of(archive), members, 50_000 * 3074);
    }

    /** LeCun's page no longer serves the files; this is the mirror that torchvision uses. */
    private static PublishedSet mnist() {
        return idx(
                "mnist",
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                List.of(
                        new Sum(9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
                        new Sum(28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
                        new Sum(1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
                        new Sum(4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6")));
    }

    /** Xiao, Rasul and Vollgraf 2017. */
    private static PublishedSet fashionMnist() {
        return idx(
                "fashion-mnist",
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                List.of(
                        new Sum(26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
                        new Sum(29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
                        new Sum(4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
                        new Sum(5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5")));
    }

    /** Clanuwat et al. 2018, "Deep learning for classical Japanese literature". */
    private static PublishedSet kmnist() {
        return idx(
                "kmnist",
                "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
                List.of(
                        new Sum(18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
                        new Sum(29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
                        new Sum(3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
                        new Sum(5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c")));
    }

    private record Sum(long bytes, String sha256) {}

    /** @param sums of training pictures and labels, then of test pictures and labels */
    private static PublishedSet idx(String name, String folder, List<Sum> sums) {
        List<PublishedFile> files = new ArrayList<>();
        for (String file : List.of(
                "train-images-idx3-ubyte.gz",
                "train-labels-idx1-ubyte.gz",
                "t10k-images-idx3-ubyte.gz",
                "t10k-labels-idx1-ubyte.gz")) {
            Sum sum = sums.get(files.size());
            files.add(new PublishedFile(file, URI.create(folder + file), sum.bytes(), sum.sha256()));
        }
        return new PublishedSet(name, files, List.of(), 0);
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
}
