package io.lockstep.networks;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;

/** What {@link Feeds} tells, and what is usual where it tells nothing: where each input and each output's labels come from. */
public final class FeedPlan {
    private final NetworkDefinition definition;
    private final ComputationGraphConfiguration configuration;
    private final Feeds feeds;

    FeedPlan(NetworkDefinition definition) {
        this.definition = definition;
        configuration = definition.configuration();
        feeds = definition.feeds();
    }

    /** @throws IllegalArgumentException naming an output that cannot be told its labels */
    static void require(ComputationGraphConfiguration configuration, Feeds feeds) {
        for (String output : configuration.getNetworkOutputs()) {
            Layer layer = NetworkDefinition.layerOf(configuration, output);
            if (layer == null) {
                continue; // nothing that the engine or DL4J could train; whoever asks for classes is told
            }
            boolean masked = feeds.masks().containsKey(output);
            if (kindOf(configuration, feeds, output) == LabelKind.CLASSES) {
                ClassLabels.require(output, layer);
            } else {
                ClassLabels.requireValues(output, layer, masked);
            }
        }
    }

    /** In the network's order. */
    public List<InputFeed> inputs() {
        List<String> names = configuration.getNetworkInputs();
        List<InputFeed> all = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String usual = names.size() == 1 ? Batch.FEATURES : name;
            InputType type = definition.inputs().get(i);
            ExampleLayout layout = definition.layoutOf(i);
            String column = feeds.columns().getOrDefault(name, usual);
            // images that a loader reads are turned by it already
            boolean read = column.equals(Batch.FEATURES) && !(type instanceof InputType.InputTypeRecurrent);
            boolean turned = layout.channelsFirst() && layout.channels() > 1 && layout.places() > 1 && !read;
            // behind a masked step DL4J's LSTM goes on with the gradient of the memory cell as if there were no mask
            boolean atEnd = definition.hasLayer(AbstractLSTM.class::isInstance);
            all.add(new InputFeed(name, column, layout, !turned, feeds.masks().get(name), atEnd));
        }
        return all;
    }

    /** In the network's order. */
    public List<OutputFeed> outputs() {
        List<String> names = configuration.getNetworkOutputs();
        String first = columnOf(names.get(0));
        LabelKind firstKind = kindOf(names.get(0));
        List<OutputFeed> all = new ArrayList<>();
        for (String name : names) {
            Layer layer = NetworkDefinition.layerOf(configuration, name);
            LabelKind kind = kindOf(name);
            String column = columnOf(name);
            boolean auxiliary = !all.isEmpty()
                    && column.equals(first)
                    && kind == LabelKind.CLASSES
                    && firstKind == LabelKind.CLASSES;
            ILossFunction loss = ClassLabels.lossOf(name, layer);
            all.add(new OutputFeed(
                    name,
                    column,
                    kind,
                    loss,
                    layoutOf(name, layer),
                    feeds.masks().get(name),
                    auxiliary));
        }
        return all;
    }

    /**
     * Whether the loss that is told is the sum of several outputs', auxiliary classifiers apart. It is a mean over examples then,
     * as DL4J's score is: each output has labels of its own, which are as many as another's only by chance.
     */
    public boolean addsLosses() {
        return outputs().stream().filter(output -> !output.auxiliary()).count() > 1;
    }

    private String columnOf(String output) {
        String told = feeds.columns().get(output);
        if (told != null) {
            return told;
        }
        boolean one = configuration.getNetworkOutputs().size() == 1;
        return one || areAuxiliaries() ? Batch.LABELS : output;
    }

    /** Whether all outputs are classifiers of the same classes, and nothing else is told of any. */
    private boolean areAuxiliaries() {
        List<String> outputs = configuration.getNetworkOutputs();
        long classes = classesOf(outputs.get(0));
        return classes > 0
                && outputs.stream()
                        .allMatch(output -> classesOf(output) == classes
                                && kindOf(output) == LabelKind.CLASSES
                                && !feeds.columns().containsKey(output));
    }

    /** 0 for what is no {@link OutputLayer}. */
    private long classesOf(String output) {
        return NetworkDefinition.layerOf(configuration, output) instanceof OutputLayer layer ? layer.getNOut() : 0;
    }

    private LabelKind kindOf(String output) {
        return definition.adversarial() != null ? LabelKind.CLASSES : kindOf(configuration, feeds, output);
    }

    private static LabelKind kindOf(ComputationGraphConfiguration configuration, Feeds feeds, String output) {
        LabelKind told = feeds.kinds().get(output);
        if (told != null) {
            return told;
        }
        Layer layer = NetworkDefinition.layerOf(configuration, output);
        return ClassLabels.unfit(output, layer).isPresent() ? LabelKind.VALUES : LabelKind.CLASSES;
    }

    /** Whether there is a label for each pixel. */
    static boolean isOfPixels(Layer output) {
        return output instanceof CnnLossLayer || output instanceof Cnn3DLossLayer || output instanceof Yolo2OutputLayer;
    }

    private ExampleLayout layoutOf(String output, Layer layer) {
        if (layer instanceof RnnOutputLayer steps) {
            return ExampleLayout.ofSteps(
                    Math.toIntExact(steps.getNOut()), definition.stepsOf(output), steps.getRnnDataFormat());
        }
        // a LossLayer passes on what it reads, and need not know how much that is
        InputType type = definition.activationOf(layer instanceof LossLayer ? definition.source(output) : output);
        if (layer instanceof RnnLossLayer steps) {
            long features = ((InputType.InputTypeRecurrent) type).getSize();
            return ExampleLayout.ofSteps(
                    Math.toIntExact(features), definition.stepsOf(output), steps.getRnnDataFormat());
        } else if (layer instanceof CnnLossLayer pixels && type instanceof InputType.InputTypeConvolutional images) {
            CNN2DFormat format = pixels.getFormat();
            return ExampleLayout.of(
                    InputType.convolutional(images.getHeight(), images.getWidth(), images.getChannels(), format));
        } else if (layer instanceof Yolo2OutputLayer boxes) {
            // in: (x, y, width, height, confidence, classes) for each prior box; told: two corners and a class
            ExampleLayout predicted = ExampleLayout.of(type);
            int priors = Math.toIntExact(boxes.getBoundingBoxes().size(0));
            return predicted.withChannels(4 + predicted.channels() / priors - 5);
        } else if (ClassLabels.lossOf(output, layer) instanceof LossMixtureDensity mixture) {
            return ExampleLayout.of(InputType.feedForward(mixture.getLabelWidth()));
        } else if (layer instanceof Cnn3DLossLayer voxels
                && type instanceof InputType.InputTypeConvolutional3D volumes) {
            return ExampleLayout.of(InputType.convolutional3D(
                    voxels.getDataFormat(),
                    volumes.getDepth(),
                    volumes.getHeight(),
                    volumes.getWidth(),
                    volumes.getChannels()));
        }
        return ExampleLayout.of(InputType.feedForward(type.arrayElementsPerExample()));
    }

    /** @throws IllegalArgumentException naming a column that is missing, or holds something else */
    void requireColumns(List<Field> fields) {
        Map<String, Field> byName = fields.stream().collect(Collectors.toMap(Field::name, Function.identity()));
        List<InputFeed> inputs = inputs();
        for (int i = 0; i < inputs.size(); i++) {
            InputFeed input = inputs.get(i);
            String what = "input '" + input.input() + "'";
            require(
                    byName,
                    what,
                    input.column(),
                    Field.Type.FLOAT32,
                    input.layout().elements());
            requireOrder(what, definition.inputs().get(i), input, byName.get(input.column()));
            requireMask(byName, what, input.mask(), input.layout().places());
        }
        for (OutputFeed output : outputs()) {
            String what = "output '" + output.output() + "'";
            int places = output.layout().places();
            if (output.kind() == LabelKind.CLASSES) {
                require(byName, what, output.column(), Field.Type.INT32, places);
            } else {
                require(
                        byName,
                        what,
                        output.column(),
                        Field.Type.FLOAT32,
                        output.layout().elements());
            }
            requireMask(byName, what, output.mask(), places);
        }
        for (String column : LossColumns.among(fields)) {
            if (!masks().contains(column)) {
                int rows = column.equals(Batch.MASK) ? outputs().get(0).layout().places() : 1;
                require(byName, "the loss", column, LossColumns.typeOf(column), rows);
            }
        }
    }

    /** Columns that are the mask of an input or an output. */
    public Set<String> masks() {
        return Stream.concat(
                        inputs().stream().map(InputFeed::mask),
                        outputs().stream().map(OutputFeed::mask))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    /** What the values of masks and weights are held to. */
    public CountedValues countedValues() {
        return new CountedValues(masks());
    }

    /** Of as many numbers in another order the network would learn something else. A row has no order to look at. */
    private static void requireOrder(String what, InputType type, InputFeed input, Field field) {
        List<Long> wanted = List.of();
        String names = "";
        if (type instanceof InputType.InputTypeConvolutional images
                && input.column().equals(Batch.FEATURES)) {
            wanted = List.of(images.getChannels(), images.getHeight(), images.getWidth());
            names = "(channels, height, width)";
        } else if (type instanceof InputType.InputTypeRecurrent sequence
                && sequence.getSize() * sequence.getTimeSeriesLength() == field.elements()) {
            wanted = List.of(sequence.getTimeSeriesLength(), sequence.getSize());
            names = "(steps, numbers of a step)";
        }
        List<Long> told = field.shape().stream().map(Integer::longValue).toList();
        if (told.size() == wanted.size() && !told.equals(wanted)) {
            throw new IllegalArgumentException(what + " reads " + names + " = " + wanted + ", and the column '"
                    + field.name() + "' has " + told + ": write the numbers in the order that is read");
        }
    }

    private static void requireMask(Map<String, Field> fields, String what, String column, int places) {
        Optional.ofNullable(column).ifPresent(mask -> require(fields, what, mask, Field.Type.FLOAT32, places));
    }

    private static void require(Map<String, Field> fields, String what, String column, Field.Type type, int elements) {
        Field field = fields.get(column);
        if (field == null) {
            throw new IllegalArgumentException(what + " is fed from the column '" + column
                    + "', which the data do not have; they have " + fields.keySet());
        }
        if (field.type() != type) {
            throw new IllegalArgumentException(what + " is fed " + type + " from the column '" + column
                    + "', which holds " + field.type()
                    + "; an output is told classes by INT32 and numbers by FLOAT32 (Feeds.kind says which)");
        }
        if (field.elements() != elements) {
            throw new IllegalArgumentException(what + " takes " + elements + " numbers of an example, and the column '"
                    + column + "' has " + field.elements()
                    + (type == Field.Type.FLOAT32 && field.elements() == 1
                            ? "; if that is a class, let the column hold INT32"
                            : ""));
        }
    }
}
