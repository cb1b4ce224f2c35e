package io.lockstep.spark.ml;

import static org.apache.spark.sql.functions.col;

import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.frames.FrameColumns;
import io.lockstep.spark.frames.FrameRequest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.reflect.ClassTag$;

/**
 * A trained network, which adds its predictions to a DataFrame: {@code prediction} (the class, the number, or a vector of
 * several numbers), and of a classifier {@code probability} and {@code rawPrediction}, the logarithms of the probabilities.
 *
 * <p>{@code transform} is lazy, works on streaming DataFrames too, and asks the network about {@code inferBatchSize} rows at
 * once; each executor has one copy of the network, which its tasks share. What a partition's rate was stands in the
 * executors' logs.
 */
public class LockstepModel extends Model<LockstepModel> implements PredictionParams<LockstepModel>, MLWritable {
    private static final long serialVersionUID = 1L;

    private final String uid;
    private final TrainedNetwork trained;
    private final Columns columns;
    private transient Broadcast<TrainedNetwork> sent;

    LockstepModel(String uid, TrainedNetwork trained) {
        this.uid = uid;
        this.trained = trained;
        columns = new Columns(this);
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public Columns columns() {
        return columns;
    }

    /** How the fit went, by epoch. */
    public LockstepTrainingSummary summary() {
        return trained.summary();
    }

    /** In the order of the predictions' numbers; none where the network predicts numbers. */
    public List<String> classNames() {
        return trained.facts().classNames();
    }

    /** Classes that it tells apart; 0 where it predicts numbers. */
    public int numClasses() {
        return trained.facts().classNames().size();
    }

    /** The network, as Lockstep's Java API takes it. */
    public NetworkDefinition network() {
        return Inference.definition(trained);
    }

    /** Configuration and parameters, as Deeplearning4j's {@code ModelSerializer} reads them. */
    public byte[] dl4jModel() {
        return trained.model().clone();
    }

    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        StructType extended = transformSchema(dataset.schema());
        var predict = new PartitionPrediction(
                uid,
                broadcast(dataset.sparkSession().sparkContext()),
                read(dataset.schema()),
                predicted().names(),
                getInferBatchSize());
        Dataset<Row> rows = dataset.toDF().mapPartitions(predict, Encoders.row(extended));
        Column[] described = Arrays.stream(extended.fields()) // whose metadata was lost on the way
                .map(LockstepModel::described)
                .toArray(Column[]::new);
        return rows.select(described);
    }

    private static Column described(StructField field) {
        return col(FrameColumns.quoted(field.name())).as(field.name(), field.metadata());
    }

    @Override
    public StructType transformSchema(StructType schema) {
        read(schema);
        return predicted().addTo(schema);
    }

    private PredictedColumns predicted() {
        TrainedNetwork.Facts facts = trained.facts();
        boolean several = !facts.classes() && facts.width() > 1;
        return new PredictedColumns(this, facts.classes(), several, facts.classNames());
    }

    /** How rows of such a schema are read. */
    private FrameColumns read(StructType schema) {
        TrainedNetwork.Facts facts = trained.facts();
        Map<String, List<String>> inputs = Examples.inputs(NetworkText.parse(trained.network()), features());
        FrameRequest request = new FrameRequest(inputs, null, FrameRequest.Labels.CLASSES, 0, null, List.of());
        if (inputs.size() == 1) {
            request = request.withShape(facts.inputs().get(0).shape());
        }
        List<String> all = inputs.values().stream().flatMap(List::stream).toList();
        if (all.size() != facts.shapes().size()) {
            throw new UsageException("the network was trained on "
                    + facts.shapes().size() + " columns of features, and " + all + " are " + all.size());
        }
        Map<String, List<Integer>> shapes = new LinkedHashMap<>();
        for (int i = 0; i < all.size(); i++) {
            shapes.put(all.get(i), facts.shapes().get(i));
        }
        return FrameColumns.like(schema, request, shapes);
    }

    private synchronized Broadcast<TrainedNetwork> broadcast(SparkContext spark) {
        if (sent == null || !sent.isValid()) {
            sent = spark.broadcast(trained, ClassTag$.MODULE$.apply(TrainedNetwork.class));
        }
        return sent;
    }

    @Override
    public LockstepModel copy(ParamMap extra) {
        LockstepModel copy = copyValues(new LockstepModel(uid, trained), extra);
        return copy.setParent(parent());
    }

    @Override
    public MLWriter write() {
        return StageFiles.writer(this, trained::write);
    }

    public static MLReader<LockstepModel> read() {
        return StageFiles.reader(
                LockstepModel.class,
                (uid, storage, path) -> new LockstepModel(uid, TrainedNetwork.read(storage, path)));
    }

    public static LockstepModel load(String path) {
        return read().load(path);
    }
}
