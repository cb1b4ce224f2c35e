package io.lockstep.runs.folder;

import io.lockstep.training.Metric;
import io.lockstep.training.Task;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The pictures of a run: PNG, by step. */
public final class Plots {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 520;

    private final String title;
    private final Task task;
    private final List<MetricsLine> metrics;
    private final List<EvaluationLine> evaluations;

    /** @param title the run in one line */
    public Plots(String title, Task task, List<MetricsLine> metrics, List<EvaluationLine> evaluations) {
        this.title = title;
        this.task = task;
        this.metrics = metrics;
        this.evaluations = evaluations;
    }

    /**
     * Writes plots/loss.png, plots/learning-rate.png, plots/step-time.png and one of each metric of the task, for classifiers
     * plots/accuracy.png; where two networks play against each other plots/players.png and plots/balance.png too.
     */
    public void writeTo(RunFolder folder) throws IOException {
        if (metrics.isEmpty()) {
            return;
        }
        folder.put("plots/loss.png", loss());
        for (Metric metric : task.metrics()) {
            if (has(metric.word())
                    || evaluations.stream()
                            .anyMatch(line -> line.test().metrics().containsKey(metric.word()))) {
                folder.put("plots/" + metric.word().replace('_', '-') + ".png", metric(metric));
            }
        }
        folder.put("plots/learning-rate.png", learningRate());
        folder.put("plots/step-time.png", stepTime());
        if (has("generator_loss")) {
            folder.put("plots/players.png", players());
            folder.put("plots/balance.png", has("value") ? balance() : distance());
        }
    }

    private byte[] loss() throws IOException {
        XYChart chart = chart("loss");
        line(chart, "training", MetricsLine::loss);
        if (!evaluations.isEmpty()) {
            points(chart, "test", line -> line.test().loss());
        }
        return png(chart);
    }

    private byte[] metric(Metric metric) throws IOException {
        boolean share = metric.unit() == Metric.Unit.SHARE;
        double scale = share ? 100 : 1;
        XYChart chart = chart(metric.title() + (share ? " (%)" : ""));
        if (share) {
            chart.getStyler().setYAxisMax(100.0);
        }
        if (metric.direction() == Metric.Direction.HIGHER_IS_BETTER) {
            chart.getStyler().setLegendPosition(LegendPosition.InsideSE);
        }
        line(chart, "training", line -> scale * line.measure(metric.word()));
        if (!evaluations.isEmpty()) {
            points(chart, "test", line -> scale * line.test().metric(metric));
        }
        return png(chart);
    }

    private byte[] learningRate() throws IOException {
        XYChart chart = chart("learning rate");
        chart.getStyler().setYAxisMin(0.0).setLegendVisible(false);
        line(chart, "learning rate", MetricsLine::learningRate);
        return png(chart);
    }

    private boolean has(String measure) {
        return metrics.stream().anyMatch(line -> !Double.isNaN(line.measure(measure)));
    }

    private byte[] players() throws IOException {
        XYChart chart = chart("loss of a player");
        line(chart, "discriminator, of a picture or sample", MetricsLine::loss);
        measured(chart, "generator, of a sample", "generator_loss");
        return png(chart);
    }

    /** With the fixed point of Goodfellow et al. 2014, theorem 1: D = 1/2 everywhere, V = -log 4. */
    private byte[] balance() throws IOException {
        XYChart chart = chart("how the players stand");
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        measured(chart, "D(x), of pictures", "d_real");
        measured(chart, "D(G(z)), of samples", "d_generated");
        level(chart, "1/2: D cannot tell", 0.5);
        measured(chart, "V(D, G)", "value");
        level(chart, "-log 4: G is perfect", -Math.log(4));
        measured(chart, "diversity of samples", "diversity");
        return png(chart);
    }

    /** With the distance of samples that are distributed as pictures are (Arjovsky et al. 2017, section 3): 0. */
    private byte[] distance() throws IOException {
        XYChart chart = chart("Wasserstein estimate (f's units)");
        measured(chart, "mean f(x) - mean f(G(z))", "wasserstein_estimate");
        level(chart, "0: G is perfect", 0);
        measured(chart, "diversity of samples", "diversity");
        return png(chart);
    }

    private void measured(XYChart chart, String name, String measure) {
        List<MetricsLine> lines = metrics.stream()
                .filter(line -> line.measures().containsKey(measure))
                .toList();
        add(chart, name, lines, MetricsLine::step, line -> line.measures().get(measure), SeriesMarkers.NONE);
    }

    /** Draws what has a number: a loss that overflowed has none, and the chart library fails at it. */
    private static <T> void add(
            XYChart chart,
            String name,
            List<T> lines,
            ToDoubleFunction<T> step,
            ToDoubleFunction<T> value,
            Marker marker) {
        List<T> drawn = lines.stream()
                .filter(line -> Double.isFinite(value.applyAsDouble(line)))
                .toList();
        if (!drawn.isEmpty()) {
            double[] steps = drawn.stream().mapToDouble(step).toArray();
            chart.addSeries(name, steps, drawn.stream().mapToDouble(value).toArray())
                    .setMarker(marker);
        }
    }

    /** A dotted line across. */
    private void level(XYChart chart, String name, double value) {
        double[] ends = {metrics.get(0).step(), metrics.get(metrics.size() - 1).step()};
        XYSeries series = chart.addSeries(name, ends, new double[] {value, value});
        series.setMarker(SeriesMarkers.NONE).setLineStyle(SeriesLines.DASH_DASH);
    }

    /** Stacked: each part is drawn on top of the sum of those before it, largest area first. */
    private byte[] stepTime() throws IOException {
        XYChart chart = chart("ms per step (stacked)");
        chart.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Area);
        chart.getStyler().setYAxisMin(0.0);
        ToDoubleFunction<MetricsLine> compute = line -> line.timeMs().forwardBackward();
        ToDoubleFunction<MetricsLine> update =
                line -> compute.applyAsDouble(line) + line.timeMs().update();
        ToDoubleFunction<MetricsLine> reduce =
                line -> update.applyAsDouble(line) + line.timeMs().reduceWait();
        ToDoubleFunction<MetricsLine> data =
                line -> reduce.applyAsDouble(line) + line.timeMs().dataWait();
        line(chart, "waiting for data", data);
        line(chart, "waiting for the all-reduce", reduce);
        line(chart, "update", update);
        line(chart, "forward and backward", compute);
        return png(chart);
    }

    private XYChart chart(String yTitle) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("step")
                .yAxisTitle(yTitle)
                .theme(ChartTheme.Matlab)
                .build();
        chart.getStyler().setMarkerSize(8).setLegendPosition(LegendPosition.InsideNE);
        chart.getStyler().setXAxisDecimalPattern("#,###").setLocale(Locale.ROOT);
        return chart;
    }

    private void line(XYChart chart, String name, ToDoubleFunction<MetricsLine> value) {
        add(chart, name, metrics, MetricsLine::step, value, SeriesMarkers.NONE);
    }

    private void points(XYChart chart, String name, ToDoubleFunction<EvaluationLine> value) {
        add(chart, name, evaluations, EvaluationLine::step, value, SeriesMarkers.CIRCLE);
    }

    private static byte[] png(XYChart chart) throws IOException {
        var bytes = new ByteArrayOutputStream();
        BitmapEncoder.saveBitmap(chart, bytes, BitmapFormat.PNG);
        return bytes.toByteArray();
    }
}
