package io.lockstep.spark.ml;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.LabelKind;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.frames.FrameColumns;
import io.lockstep.spark.frames.FrameRequest;
import io.lockstep.spark.frames.FrameRequest.Labels;
import io.lockstep.spark.frames.UnfitFrameException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.AttributeType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** What an estimator's parameters and a schema say of examples, before a row is looked at. */
final class Examples {
    private final LockstepEstimator stage;
    private final StructType schema;
    private final NetworkText network;
    private final FrameRequest request;

    /**
     * @throws UsageException if no network is set, or it cannot be fed from columns
     * @throws UnfitFrameException naming a column that is missing, or of another type
     */
    Examples(LockstepEstimator stage, StructType schema) {
        this.stage = stage;
        this.schema = schema;
        if (!stage.isSet(stage.network())) {
            throw new UsageException(
                    "no network is set: setNetwork takes a Deeplearning4j configuration, or the name of a"
                            + " network of the zoo, such as mlp");
        }
        network = NetworkText.parse(stage.getNetwork());
        requireIndicator();
        FrameRequest inputs =
                new FrameRequest(inputs(network, stage.features()), null, Labels.CLASSES, 0, null, shape());
        String label = stage.getLabelCol();
        request = (stage.isSet(stage.weightCol()) ? inputs.withWeight(stage.getWeightCol()) : inputs)
                .withLabel(label, kind(label))
                .withClasses(OutputLayers.classes(network));
        FrameColumns.check(schema, request);
    }

    NetworkText network() {
        return network;
    }

    FrameRequest request() {
        return request;
    }

    private List<Integer> shape() {
        return stage.isSet(stage.featuresShape())
                ? Arrays.stream(stage.getFeaturesShape()).boxed().toList()
                : List.of();
    }

    private void requireIndicator() {
        if (!stage.isSet(stage.validationIndicatorCol())) {
            if (stage.getNumEarlyStoppingRounds() > 0) {
                throw new UsageException("numEarlyStoppingRounds compares epochs by rows that are not trained on: set"
                        + " validationIndicatorCol");
            }
            return;
        }
        String column = stage.getValidationIndicatorCol();
        boolean there = Arrays.asList(schema.fieldNames()).contains(column);
        if (!there || !(schema.apply(column).dataType() instanceof BooleanType)) {
            throw new UnfitFrameException("column '" + column + "', the validation indicator, "
                    + (there
                            ? "is of type " + schema.apply(column).dataType().simpleString()
                                    + ": true or false is expected"
                            : "is not there; the columns are " + String.join(", ", schema.fieldNames())));
        }
    }

    /**
     * Which columns a network's inputs are fed from.
     *
     * @throws UsageException if a network has several inputs, and they are not the columns
     */
    static Map<String, List<String>> inputs(NetworkText network, List<String> columns) {
        List<String> names =
                network.graph() == null ? List.of() : network.graph().getNetworkInputs();
        Map<String, String> fed = network.feeds().columns();
        if (names.size() < 2) {
            String only = names.isEmpty() ? Batch.FEATURES : fed.getOrDefault(names.get(0), Batch.FEATURES);
            return Map.of(only, columns);
        }
        List<String> wanted =
                names.stream().map(name -> fed.getOrDefault(name, name)).toList();
        if (!List.copyOf(columns).containsAll(wanted) || columns.size() != wanted.size()) {
            throw new UsageException(
                    "the network has the inputs " + wanted + ", and each is fed from the column of its name:"
                            + " setFeaturesCols(\"" + String.join("\", \"", wanted) + "\"), not " + columns);
        }
        Map<String, List<String>> inputs = new LinkedHashMap<>();
        wanted.forEach(name -> inputs.put(name, List.of(name)));
        return inputs;
    }

    private Labels kind(String column) {
        LabelKind told = OutputLayers.told(network);
        if (told != null) {
            return told == LabelKind.VALUES ? Labels.NUMBERS : Labels.CLASSES;
        }
        if (!Arrays.asList(schema.fieldNames()).contains(column)) {
            return Labels.CLASSES; // and that it is not there is told by whoever looks for it
        }
        StructField label = schema.apply(column);
        DataType type = label.dataType();
        if (type instanceof StringType || type instanceof BooleanType) {
            return Labels.CLASSES;
        } else if (!(type instanceof NumericType)) {
            return Labels.NUMBERS;
        }
        boolean nominal = Attribute.fromStructField(label).attrType().equals(AttributeType.Nominal());
        return nominal || OutputLayers.tellClasses(network) ? Labels.CLASSES : Labels.NUMBERS;
    }

    /** The schema with the columns that the model will add. */
    StructType predicted() {
        boolean several = request.labels() == Labels.NUMBERS
                && !(schema.apply(stage.getLabelCol()).dataType() instanceof NumericType)
                && !(schema.apply(stage.getLabelCol()).dataType() instanceof BooleanType);
        return new PredictedColumns(stage, request.labels() == Labels.CLASSES, several, List.of()).addTo(schema);
    }
}
