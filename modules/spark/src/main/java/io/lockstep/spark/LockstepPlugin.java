package io.lockstep.spark;

import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkContext$;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Lockstep's channel between executors and driver ({@code spark.plugins}). It is Spark's own RPC: authenticated and
 * encrypted where the cluster's is.
 */
public final class LockstepPlugin implements SparkPlugin {
    @Override
    public DriverPlugin driverPlugin() {
        return new DriverPlugin() {
            private SparkContext spark;

            @Override
            public Map<String, String> init(SparkContext context, PluginContext pluginContext) {
                spark = context;
                return Map.of();
            }

            @Override
            public void registerMetrics(String appId, PluginContext pluginContext) {
                RunMetrics.open(spark, pluginContext.metricRegistry());
            }

            @Override
            public Object receive(Object message) {
                return JobChannel.receive(message);
            }
        };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> extraConf) {
                DriverLink.open(context);
                Gpus.ofExecutor(context.resources());
                if (!context.executorID().equals(SparkContext$.MODULE$.DRIVER_IDENTIFIER())) {
                    PreemptionSignals.install(context.conf().getBoolean("spark.decommission.enabled", false));
                }
            }
        };
    }
}
