package io.lockstep.modelzoo;

import io.lockstep.datasets.NearestName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The networks that a recipe can name. */
public final class ModelZoo {
    private static final String RESIDUAL = "He et al. 2015, Deep Residual Learning for Image Recognition, ";
    private static final String LECUN = "LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition, ";
    private static final String IDENTITY = "He et al. 2016, Identity Mappings in Deep Residual Networks, ";
    private static final String INCEPTION = "Szegedy et al. 2015, Going Deeper with Convolutions, table 1";
    private static final Map<String, Model> MODELS = models();

    private ModelZoo() {}

    /** @throws IllegalArgumentException naming the nearest and all known names */
    public static Model get(String name) {
        Model model = MODELS.get(name);
        if (model == null) {
            throw new IllegalArgumentException(NearestName.unknown("model", name, names()));
        }
        return model;
    }

    public static List<String> names() {
        return List.copyOf(MODELS.keySet());
    }

    public static List<Model> all() {
        return List.copyOf(MODELS.values());
    }

    private static Map<String, Model> models() {
        List<Model> models = new ArrayList<>();
        models.add(new Model(
                "mlp",
                LECUN + "section III.C.4 (300-100)",
                "Two hidden layers of 300 and 100; ReLU in place of tanh, softmax in place of distances.",
                Perceptron::build));
        models.add(new Model(
                "lenet5",
                LECUN + "section II.B",
                "Every feature map of C3 sees all of S2; pooling has no weights; softmax in place of RBF units.",
                LeNet5::build));
        for (int depth : new int[] {20, 32, 44, 56, 110}) {
            models.add(new Model(
                    "resnet" + depth,
                    RESIDUAL + "section 4.2",
                    "Three stages of 16, 32 and 64 channels for small images; shortcuts without parameters (option A).",
                    CifarResNet.ofDepth(depth)));
        }
        models.addAll(residual());
        models.addAll(vgg());
        models.add(new Model(
                "googlenet",
                INCEPTION,
                "Inception v1 with its auxiliary classifiers; a stem that keeps images up to 64 pixels.",
                new GoogLeNet(false)));
        models.add(new Model(
                "googlenet-bn",
                INCEPTION + "; Ioffe and Szegedy 2015, Batch Normalization",
                "googlenet with batch norm after each convolution in place of response normalisation and auxiliary"
                        + " classifiers.",
                new GoogLeNet(true)));
        models.add(new Model(
                "alexnet",
                "Krizhevsky et al. 2012, ImageNet Classification with Deep Convolutional Neural Networks, section 3.5",
                "One column, without the halves for two GPUs; a 5x5 first convolution for images up to 64 pixels.",
                AlexNet::build));
        models.add(new Model(
                "nin",
                "Lin et al. 2014, Network In Network, section 4",
                "Three convolutions with two of 1x1 after each; the last has a channel for each class.",
                NetworkInNetwork::build));
        models.addAll(AdversarialModels.all());
        models.addAll(SequenceModels.all());
        Map<String, Model> byName = new LinkedHashMap<>();
        for (Model model : models) {
            byName.put(model.name(), model);
        }
        return byName;
    }

    private static List<Model> residual() {
        List<Model> models = new ArrayList<>();
        Map<Integer, int[]> blocks = new TreeMap<>(Map.of(
                18, new int[] {2, 2, 2, 2},
                34, new int[] {3, 4, 6, 3},
                50, new int[] {3, 4, 6, 3},
                101, new int[] {3, 4, 23, 3},
                152, new int[] {3, 8, 36, 3}));
        blocks.forEach((depth, n) -> {
            boolean bottleneck = depth >= 50;
            models.add(new Model(
                    "resnet" + depth,
                    RESIDUAL + "section 4.1, table 1",
                    (bottleneck ? "Bottleneck" : "Basic") + " blocks " + n[0] + "-" + n[1] + "-" + n[2] + "-" + n[3]
                            + "; projections (option B); a 3x3 stem for images up to 64 pixels.",
                    new ResNet(bottleneck, n[0], n[1], n[2], n[3])));
        });
        models.add(new Model(
                "preact-resnet18",
                IDENTITY + "figure 1b",
                "resnet18 for small images, its blocks beginning with batch norm and ReLU.",
                new PreActivationResNet(64, new int[] {64, 128, 256, 512}, new int[] {2, 2, 2, 2}, false)));
        models.add(new Model(
                "preact-resnet164",
                IDENTITY + "section 4",
                "Three stages of 18 bottleneck blocks that begin with batch norm and ReLU, for small images.",
                new PreActivationResNet(16, new int[] {16, 32, 64}, new int[] {18, 18, 18}, true)));
        for (int[] wide : new int[][] {{16, 4}, {28, 10}, {40, 2}}) {
            models.add(new Model(
                    "wrn" + wide[0] + "-" + wide[1],
                    "Zagoruyko et al. 2016, Wide Residual Networks, table 1",
                    "Depth " + wide[0] + ", " + wide[1] + " times as wide as resnet20's stages; for small images.",
                    PreActivationResNet.wide(wide[0], wide[1])));
        }
        return models;
    }

    private static List<Model> vgg() {
        List<Model> models = new ArrayList<>();
        for (boolean norm : new boolean[] {false, true}) {
            for (int depth : new int[] {11, 13, 16, 19}) {
                models.add(new Model(
                        "vgg" + depth + (norm ? "-bn" : ""),
                        "Simonyan et al. 2015, Very Deep Convolutional Networks, table 1"
                                + (norm ? "; Ioffe et al. 2015, Batch Normalization" : ""),
                        "3x3 convolutions" + (norm ? " with batch norm" : "")
                                + "; for images up to 64 pixels one linear layer instead of three.",
                        new Vgg(depth, norm)));
            }
        }
        return models;
    }
}
