package io.lockstep.modelzoo;

import io.lockstep.datasets.NearestName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The networks that a recipe can name. */
public final class ModelZoo {
    private static final String RESIDUAL = "He et al. 2015, Deep Residual Learning for Image Recognition, ";
    private static final String LECUN = "LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition, ";
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
        models.add(new Model(
                "resnet18",
                RESIDUAL + "section 4.1, table 1",
                "Basic blocks 2-2-2-2; projections (option B); a 3x3 stem for images up to 64 pixels.",
                new ResNet(2, 2, 2, 2)));
        models.add(new Model(
                "resnet34",
                RESIDUAL + "section 4.1, table 1",
                "Basic blocks 3-4-6-3; projections (option B); a 3x3 stem for images up to 64 pixels.",
                new ResNet(3, 4, 6, 3)));
        models.addAll(SequenceModels.all());
        Map<String, Model> byName = new LinkedHashMap<>();
        for (Model model : models) {
            byName.put(model.name(), model);
        }
        return byName;
    }
}
