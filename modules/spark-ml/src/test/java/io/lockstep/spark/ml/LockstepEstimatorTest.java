package io.lockstep.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.networks.Feeds;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.frames.UnfitFrameException;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class LockstepEstimatorTest {
    private static final StructType SCHEMA = new StructType()
            .add("features", SQLDataTypes.VectorType())
            .add("label", DataTypes.DoubleType)
            .add("several", SQLDataTypes.VectorType())
            .add("name", DataTypes.StringType)
            .add("held", DataTypes.BooleanType);

    private final LockstepEstimator estimator = new LockstepEstimator();

    @Test
    void itHasTheParametersThatSparkFindsAndEachIsExplained() {
        List<String> names = Arrays.stream(estimator.params()).map(Param::name).toList();

        assertThat(names)
                .containsExactly(
                        "batchSize",
                        "featuresCol",
                        "featuresCols",
                        "featuresShape",
                        "inferBatchSize",
                        "labelCol",
                        "maxIter",
                        "network",
                        "numEarlyStoppingRounds",
                        "numWorkers",
                        "predictionCol",
                        "probabilityCol",
                        "rawPredictionCol",
                        "runDir",
                        "seed",
                        "settings",
                        "stepSize",
                        "strategy",
                        "validationIndicatorCol",
                        "weightCol");
        assertThat(estimator.explainParams().lines())
                .hasSize(names.size())
                .allMatch(line -> line.matches("\\w+: .{20,}"));
        assertThat(estimator.uid()).matches("lockstep_[0-9a-f]{12}");
    }

    @Test
    void whatIsSetIsCopiedWithTheUidAndWhatIsGivenBeside() {
        estimator.setLabelCol("y").setNumWorkers(3).setStepSize(0.5).setFeaturesCols("a", "b");

        LockstepEstimator copy =
                estimator.copy(new ParamMap().put(estimator.maxIter().w(7)));

        assertThat(copy.uid()).isEqualTo(estimator.uid());
        assertThat(copy.getLabelCol()).isEqualTo("y");
        assertThat(copy.getNumWorkers()).isEqualTo(3);
        assertThat(copy.getStepSize()).isEqualTo(0.5);
        assertThat(copy.features()).containsExactly("a", "b");
        assertThat(copy.getMaxIter()).isEqualTo(7);
        assertThat(estimator.getMaxIter()).isEqualTo(2);
        assertThat(copy.setFeaturesCol("c").features()).containsExactly("c");
    }

    @Test
    void anySettingOfLockstepCanBeSetByItsName() {
        estimator
                .set("schedule", "cosine")
                .set("clip-norm", "1")
                .set("schedule", "constant")
                .set("epochs", "5")
                .set("learning-rate", "0.25")
                .set("seed", "9007199254740993");

        assertThat(estimator.getSettings()).containsExactly("clip-norm=1", "schedule=constant");
        assertThat(estimator.getMaxIter()).isEqualTo(5);
        assertThat(estimator.getStepSize()).isEqualTo(0.25);
        assertThat(estimator.getSeed()).isEqualTo(9007199254740993L);
        assertThatThrownBy(() -> estimator.set("schedul", "cosine"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("did you mean 'schedule'?");
        assertThatThrownBy(() -> estimator.set("workers", "many")).isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> estimator.set("data", "cifar10")).hasMessageContaining("trains on the DataFrame");
        assertThatThrownBy(() -> estimator.setStrategy("dpp")).hasMessageContaining("ddp");
        assertThatThrownBy(() -> estimator.setNumWorkers(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aNetworkIsANameOrAConfigurationThatComesBackAsItWas() {
        assertThat(estimator.setNetwork("mlp").getNetwork()).isEqualTo("mlp");
        assertThatThrownBy(() -> estimator.setNetwork("mpl"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("did you mean 'mlp'?");
        assertThatThrownBy(() -> estimator.setNetwork("{\"layers\": \"none\"}"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("no network that Deeplearning4j can read");

        var layers = TestNetworks.classifier(2, 3);
        assertThat(NetworkText.parse(estimator.setNetwork(layers).getNetwork()).layers())
                .isEqualTo(layers);
        NetworkDefinition definition =
                NetworkDefinition.of(layers, InputType.feedForward(2)).withFeeds(Feeds.USUAL.column("1", "labels"));
        NetworkText text = NetworkText.parse(estimator.setNetwork(definition).getNetwork());
        assertThat(text.graph()).isEqualTo(definition.configuration());
        assertThat(text.inputs()).containsExactly(InputType.feedForward(2));
        assertThat(text.feeds()).isEqualTo(definition.feeds());
    }

    @Test
    void theSchemaOfPredictionsFollowsFromNetworkAndLabel() {
        estimator.setNetwork(TestNetworks.classifier(2, 3));
        assertThat(estimator.transformSchema(SCHEMA).fieldNames())
                .endsWith("prediction", "probability", "rawPrediction");
        assertThat(estimator.transformSchema(SCHEMA).apply("prediction").dataType())
                .isEqualTo(DataTypes.DoubleType);
        assertThat(estimator.setProbabilityCol("").transformSchema(SCHEMA).fieldNames())
                .endsWith("prediction", "rawPrediction");

        estimator.setNetwork(TestNetworks.regression(2, 1));
        assertThat(estimator.transformSchema(SCHEMA).fieldNames()).hasSize(6).endsWith("prediction");
        estimator.setNetwork(TestNetworks.regression(2, 2)).setLabelCol("several");
        assertThat(estimator.transformSchema(SCHEMA).apply("prediction").dataType())
                .isEqualTo(SQLDataTypes.VectorType());

        // a single sigmoid tells two classes apart
        estimator
                .setNetwork(TestNetworks.layers(2, 1, LossFunction.XENT, Activation.SIGMOID))
                .setLabelCol("label");
        assertThat(estimator.setProbabilityCol("p").transformSchema(SCHEMA).fieldNames())
                .contains("p");
    }

    @Test
    void whatCannotBeTrainedIsRefusedByTheSchema() {
        assertThatThrownBy(() -> estimator.transformSchema(SCHEMA))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("no network is set");
        estimator.setNetwork(TestNetworks.classifier(2, 3));
        assertThatThrownBy(() -> estimator.setLabelCol("lable").transformSchema(SCHEMA))
                .isInstanceOf(UnfitFrameException.class)
                .hasMessage(
                        "unknown column 'lable'; did you mean 'label'? Known: features, label, several, name, held");
        estimator.setLabelCol("label");
        assertThatThrownBy(() -> estimator.setFeaturesCol("name").transformSchema(SCHEMA))
                .hasMessageContaining("StringIndexer");
        estimator.setFeaturesCol("features");
        assertThatThrownBy(() -> estimator.setPredictionCol("held").transformSchema(SCHEMA))
                .hasMessage("Column held already exists.");
        estimator.setPredictionCol("prediction");
        assertThatThrownBy(() -> estimator.setNumEarlyStoppingRounds(2).transformSchema(SCHEMA))
                .hasMessageContaining("set validationIndicatorCol");
        assertThatThrownBy(() -> estimator.setValidationIndicatorCol("name").transformSchema(SCHEMA))
                .hasMessageContaining("is of type string: true or false is expected");
        assertThat(estimator
                        .setValidationIndicatorCol("held")
                        .transformSchema(SCHEMA)
                        .fieldNames())
                .hasSize(8);
    }
}
