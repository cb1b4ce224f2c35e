package io.lockstep.spark.ml;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;

/**
 * Trains a network on a DataFrame, data-parallel on the application's executors.
 *
 * <pre>{@code
 * SparkSession spark = SparkSession.builder().config(Lockstep.configure(new SparkConf())).getOrCreate();
 * LockstepEstimator estimator = new LockstepEstimator()
 *         .setNetwork(myLayers)                    // a DL4J configuration, or "mlp", "resnet20", ... of the zoo
 *         .setFeaturesCol("features").setLabelCol("label")
 *         .setNumWorkers(2).setMaxIter(10).setBatchSize(64)
 *         .set("schedule", "cosine");              // any other setting of Lockstep
 * LockstepModel model = estimator.fit(training);
 * model.transform(test).select("prediction", "probability").show();
 * }</pre>
 *
 * <p>A label is a class where the network's loss is a classifier's, or the column says so (strings, a {@code StringIndexer}'s
 * metadata); otherwise it is what the network is to predict. The fit is a function of the rows, in their order, and the seed:
 * after a shuffle sort them, if it is to be repeated.
 *
 * <p>Fits that need more slots than are free wait for one another, in the order in which they came.
 */
public class LockstepEstimator extends Estimator<LockstepModel>
        implements TrainingParams<LockstepEstimator>, MLWritable {
    private static final long serialVersionUID = 1L;

    private final String uid;
    private final Columns columns;
    private final Training training;

    public LockstepEstimator() {
        this(Identifiable$.MODULE$.randomUID("lockstep"));
    }

    public LockstepEstimator(String uid) {
        this.uid = uid;
        columns = new Columns(this);
        training = new Training(this);
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public Columns columns() {
        return columns;
    }

    @Override
    public Training training() {
        return training;
    }

    /**
     * Trains.
     *
     * @throws io.lockstep.spark.frames.UnfitFrameException naming a column and a row that examples cannot be made of
     * @throws io.lockstep.runs.settings.UsageException if settings, network and data do not go together
     * @throws io.lockstep.spark.JobFailedException naming the rank that failed
     */
    @Override
    public LockstepModel fit(Dataset<?> dataset) {
        transformSchema(dataset.schema());
        TrainedNetwork trained = new Fit(this, dataset.toDF()).run();
        return copyValues(new LockstepModel(uid, trained).setParent(this), ParamMap.empty());
    }

    /** One model for each of several sets of parameters, as {@code ParamGridBuilder} builds them. */
    public List<LockstepModel> fit(Dataset<?> dataset, ParamMap[] paramMaps) {
        List<LockstepModel> models = new ArrayList<>();
        for (ParamMap map : paramMaps) {
            models.add(fit(dataset, map));
        }
        return models;
    }

    @Override
    public StructType transformSchema(StructType schema) {
        return new Examples(this, schema).predicted();
    }

    @Override
    public LockstepEstimator copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    @Override
    public MLWriter write() {
        return StageFiles.writer(this, (storage, path) -> {});
    }

    public static MLReader<LockstepEstimator> read() {
        return StageFiles.reader(LockstepEstimator.class, (uid, storage, path) -> new LockstepEstimator(uid));
    }

    public static LockstepEstimator load(String path) {
        return read().load(path);
    }
}
