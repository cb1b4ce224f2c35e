package io.lockstep.spark.ml;

import static io.lockstep.spark.ml.PointsFrame.POINTS;
import static io.lockstep.spark.ml.PointsFrame.estimator;
import static io.lockstep.spark.ml.PointsFrame.point;
import static io.lockstep.spark.ml.PointsFrame.side;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.TooFewSlotsException;
import io.lockstep.spark.frames.UnfitFrameException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** What is said of rows and parameters that nothing can be trained with. */
class FrameFaultsIT {
    @Test
    void faultsAreOneLineThatNamesColumnAndRow() {
        Dataset<Row> some = POINTS.limit(40).coalesce(1);
        assertThatThrownBy(() -> estimator()
                        .setFeaturesCols("x", "y")
                        .fit(some.withColumn(
                                "y", when(col("id").equalTo(3), null).otherwise(col("y")))))
                .isInstanceOf(UnfitFrameException.class)
                .hasMessageStartingWith("column 'y' is null in row 3 of partition 0, counted from 0:")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> estimator()
                        .setFeaturesCols("x", "y")
                        .fit(some.withColumn(
                                "x", when(col("id").equalTo(5), Double.NaN).otherwise(col("x")))))
                .hasMessageStartingWith("column 'x' is NaN in row 5 of partition 0");
        assertThatThrownBy(() -> estimator()
                        .setFeaturesCol("list")
                        .fit(some.withColumn(
                                "list",
                                when(col("id").equalTo(7), array(col("x"))).otherwise(array("x", "y")))))
                .hasMessageStartingWith("column 'list' has 1 numbers in row 7 of partition 0");
        assertThatThrownBy(() -> estimator().fit(some.withColumn("label", lit(3))))
                .hasMessageContaining("column 'label' is 3")
                .hasMessageContaining("a label of 3 classes is a whole number from 0 to 2");
        assertThatThrownBy(() -> estimator().fit(some.filter("id < 0"))).hasMessageContaining("no rows to train on");
        assertThatThrownBy(() -> estimator().setFeaturesCol("x").fit(some))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "layer '0' of the network reads 2 numbers, and the columns of features have 1: give it nIn(1)");
        assertThatThrownBy(() -> estimator().setNumWorkers(3).fit(some))
                .isInstanceOf(TooFewSlotsException.class)
                .hasMessageContaining("3 workers need 3 slots");
        assertThatThrownBy(() -> estimator().set("dropout", "0.5").fit(some))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("dropout is for the zoo's networks");
    }

    @Test
    void oneRowIsTrainedOnByOneRankAndAClassOfOneRowByTwo() {
        assertThatThrownBy(() -> estimator().setMaxIter(1).fit(POINTS.limit(1)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("has only 1 training example, which is less than one for each of workers = 2");
        LockstepModel one = estimator().setNumWorkers(1).setMaxIter(1).fit(POINTS.limit(1));
        assertThat(one.summary().run().steps()).isEqualTo(1);
        assertThat(one.transform(POINTS.limit(3)).count()).isEqualTo(3);

        Dataset<Row> lonely = POINTS.filter("label < 2 or id = " + idOf(2));
        assertThat(estimator().setMaxIter(1).fit(lonely).numClasses()).isEqualTo(3);
    }

    private static int idOf(int side) {
        int id = 0;
        while (side(point(id)) != side) {
            id++;
        }
        return id;
    }
}
