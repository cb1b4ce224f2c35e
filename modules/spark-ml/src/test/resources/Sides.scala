import io.lockstep.spark.ml.LockstepEstimator
import org.apache.spark.ml.Pipeline
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator
import org.apache.spark.ml.feature.{StringIndexer, VectorAssembler}
import org.apache.spark.ml.tuning.{CrossValidator, CrossValidatorModel, ParamGridBuilder}
import org.apache.spark.sql.SparkSession

object Sides {
  /** From Parquet to a saved model that is loaded and asked: its accuracy. */
  def train(spark: SparkSession, network: String, parquet: String, folder: String): Double = {
    val estimator = new LockstepEstimator()
      .setNetwork(network)
      .setFeaturesCol("v")
      .setLabelCol("index")
      .setNumWorkers(2)
      .setBatchSize(20)
      .set("schedule", "constant")
    val pipeline = new Pipeline().setStages(Array(
      new StringIndexer().setInputCol("side").setOutputCol("index"),
      new VectorAssembler().setInputCols(Array("x", "y")).setOutputCol("v"),
      estimator))
    val evaluator = new MulticlassClassificationEvaluator().setLabelCol("index").setMetricName("accuracy")
    val grid = new ParamGridBuilder().addGrid(estimator.maxIter, Array(6)).build()
    val points = spark.read.parquet(parquet)
    val model = new CrossValidator()
      .setEstimator(pipeline)
      .setEvaluator(evaluator)
      .setEstimatorParamMaps(grid)
      .setNumFolds(2)
      .fit(points)
    model.write.overwrite().save(folder)
    evaluator.evaluate(CrossValidatorModel.load(folder).transform(points))
  }
}
