package io.lockstep.runs.folder;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.lockstep.spark.LockstepPlugin;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.metrics.sink.Sink;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;

/** conf/metrics.properties.template, and the page that lists metrics, against what a driver registers. */
class MetricsTemplateTest {
    private static final Path TEMPLATE = Path.of("../../conf/metrics.properties.template");
    private static final Path PAGE = Path.of("../../deploy/README.md");
    /** A name, and what it is: {@code #   loss    mean over ...}. */
    private static final Pattern METRIC = Pattern.compile("^#   ([a-z0-9_.]+) {2,}\\S", Pattern.MULTILINE);

    @Test
    void theTemplateNamesEveryMetricAndNoOther() throws IOException {
        assertThat(named(Files.readString(TEMPLATE))).isEqualTo(registered());
    }

    @Test
    void aNameThatNobodyRegistersIsFound() throws IOException {
        String wrong = Files.readString(TEMPLATE) + "\n#   losses  that there are not\n";

        assertThat(named(wrong)).contains("losses").isNotEqualTo(registered());
    }

    @Test
    void thePageNamesEveryMetric() throws IOException {
        String page = Files.readString(PAGE);

        assertThat(registered()).isNotEmpty().allMatch(name -> page.contains("`" + name + "`"));
    }

    @Test
    void itsSinksAreSparks() throws Exception {
        Properties sinks = new Properties();
        sinks.load(new StringReader(Files.readString(TEMPLATE).replace("#driver.", "driver.")));

        assertThat(sinks.stringPropertyNames())
                .contains("driver.sink.prometheusServlet.class", "driver.sink.csv.class")
                .allMatch(name -> name.startsWith("driver.sink."));
        for (String name : sinks.stringPropertyNames()) {
            if (name.endsWith(".class")) {
                assertThat(Sink.class).isAssignableFrom(Class.forName(sinks.getProperty(name)));
            }
        }
    }

    private static Set<String> named(String template) {
        return METRIC.matcher(template).results().map(match -> match.group(1)).collect(Collectors.toSet());
    }

    private static Set<String> registered() {
        MetricRegistry registry = new MetricRegistry();
        new LockstepPlugin().driverPlugin().registerMetrics("app", new RegistryOnly(registry));
        return Set.copyOf(registry.getNames());
    }

    /** Spark's context of a plugin, as far as metrics go. */
    private record RegistryOnly(MetricRegistry metricRegistry) implements PluginContext {
        @Override
        public SparkConf conf() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String executorID() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String hostname() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, ResourceInformation> resources() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void send(Object message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object ask(Object message) {
            throw new UnsupportedOperationException();
        }
    }
}
