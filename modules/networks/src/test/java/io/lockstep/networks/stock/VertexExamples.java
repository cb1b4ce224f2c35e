package io.lockstep.networks.stock;

import static io.lockstep.networks.stock.Example.IMAGE;
import static io.lockstep.networks.stock.Example.SEQUENCE;
import static io.lockstep.networks.stock.Example.VECTOR;
import static io.lockstep.networks.stock.Example.VOLUME;
import static io.lockstep.networks.stock.Example.dense;
import static io.lockstep.networks.stock.Example.learning;
import static io.lockstep.networks.stock.Example.output;
import static io.lockstep.networks.stock.Example.row;
import static io.lockstep.networks.stock.Example.sequence;
import static io.lockstep.networks.stock.Example.steps;
import static io.lockstep.networks.stock.Example.vertex;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.preprocessor.Cnn3DToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnn3DPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.preprocessors.KerasFlattenRnnPreprocessor;
import org.deeplearning4j.preprocessors.PermutePreprocessor;
import org.deeplearning4j.preprocessors.ReshapePreprocessor;

/** For each of DL4J's vertices and preprocessors a network that has it where it belongs. */
final class VertexExamples {
    private VertexExamples() {}

    static Map<Class<?>, Supplier<Example>> all() {
        Map<Class<?>, Supplier<Example>> examples = new HashMap<>();
        vertices(examples);
        verticesOfSequences(examples);
        preprocessors(examples);
        return examples;
    }

    private static void vertices(Map<Class<?>, Supplier<Example>> examples) {
        examples.put(LayerVertex.class, () -> row(VECTOR, dense(), output()));
        examples.put(ElementWiseVertex.class, () -> vertex(new ElementWiseVertex(ElementWiseVertex.Op.Add), 2));
        examples.put(MergeVertex.class, () -> vertex(new MergeVertex(), 2));
        examples.put(SubsetVertex.class, () -> vertex(new SubsetVertex(1, 2), 1));
        examples.put(ScaleVertex.class, () -> vertex(new ScaleVertex(2), 1));
        examples.put(ShiftVertex.class, () -> vertex(new ShiftVertex(2), 1));
        examples.put(L2Vertex.class, () -> vertex(new L2Vertex(), 2));
        examples.put(L2NormalizeVertex.class, () -> vertex(new L2NormalizeVertex(), 1));
        examples.put(ReshapeVertex.class, () -> vertex(new ReshapeVertex(-1, 4), 1));
        examples.put(FrozenVertex.class, () -> vertex(new FrozenVertex(new ScaleVertex(2)), VECTOR, output()));
        examples.put(StackVertex.class, VertexExamples::stacked);
        examples.put(UnstackVertex.class, VertexExamples::stacked);
        examples.put(PoolHelperVertex.class, () -> between(new PoolHelperVertex(), IMAGE, pooling()));
        examples.put(
                PreprocessorVertex.class,
                () -> vertex(new PreprocessorVertex(new CnnToFeedForwardPreProcessor(6, 6, 2)), IMAGE, output()));
    }

    /** Two examples go through one layer, and what comes of both is joined. */
    private static Example stacked() {
        GraphBuilder graph = learning()
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", dense(), "in")
                .addLayer("b", dense(), "in")
                .addVertex("stack", new StackVertex(), "a", "b")
                .addLayer("both", dense(), "stack")
                .addVertex("first", new UnstackVertex(0, 2), "both")
                .addVertex("second", new UnstackVertex(1, 2), "both")
                .addVertex("merge", new MergeVertex(), "first", "second")
                .addLayer("out", output(), "merge")
                .setOutputs("out");
        return new Example(graph.setInputTypes(VECTOR).build(), VECTOR);
    }

    private static void verticesOfSequences(Map<Class<?>, Supplier<Example>> examples) {
        examples.put(LastTimeStepVertex.class, () -> vertex(new LastTimeStepVertex("in"), SEQUENCE, output()));
        examples.put(ReverseTimeSeriesVertex.class, () -> vertex(new ReverseTimeSeriesVertex("in"), SEQUENCE, steps()));
        examples.put(DuplicateToTimeSeriesVertex.class, () -> {
            GraphBuilder graph = learning()
                    .graphBuilder()
                    .addInputs("in")
                    .addVertex("last", new LastTimeStepVertex("in"), "in")
                    .addVertex("all", new DuplicateToTimeSeriesVertex("in"), "last")
                    .addLayer("out", steps(), "all")
                    .setOutputs("out");
            return new Example(graph.setInputTypes(SEQUENCE).build(), SEQUENCE);
        });
        examples.put(AttentionVertex.class, () -> {
            AttentionVertex attention = new AttentionVertex.Builder()
                    .nInQueries(4)
                    .nInKeys(4)
                    .nInValues(4)
                    .nHeads(2)
                    .nOut(4)
                    .projectInput(true)
                    .build();
            GraphBuilder graph = learning()
                    .graphBuilder()
                    .addInputs("in")
                    .addVertex("attention", attention, "in", "in", "in")
                    .addLayer("out", steps(), "attention")
                    .setOutputs("out");
            return new Example(graph.setInputTypes(SEQUENCE).build(), SEQUENCE);
        });
    }

    private static void preprocessors(Map<Class<?>, Supplier<Example>> examples) {
        examples.put(
                CnnToFeedForwardPreProcessor.class,
                () -> with(new CnnToFeedForwardPreProcessor(6, 6, 2), IMAGE, output()));
        examples.put(RnnToFeedForwardPreProcessor.class, () -> sequence(dense()));
        examples.put(FeedForwardToRnnPreProcessor.class, () -> sequence(dense()));
        examples.put(RnnToCnnPreProcessor.class, VertexExamples::imagesOfSteps);
        examples.put(CnnToRnnPreProcessor.class, VertexExamples::imagesOfSteps);
        examples.put(
                FeedForwardToCnnPreProcessor.class,
                () -> between(
                        new PreprocessorVertex(new FeedForwardToCnnPreProcessor(3, 2, 1)),
                        VECTOR,
                        new ConvolutionLayer.Builder(2, 2).nOut(3).build()));
        examples.put(
                FeedForwardToCnn3DPreProcessor.class,
                () -> between(
                        new PreprocessorVertex(new FeedForwardToCnn3DPreProcessor(2, 2, 2, 2, true)),
                        InputType.feedForward(16),
                        new Convolution3D.Builder(2, 2, 2).nOut(3).build(),
                        pooling()));
        examples.put(
                Cnn3DToFeedForwardPreProcessor.class,
                () -> with(
                        new Cnn3DToFeedForwardPreProcessor(4, 4, 4, 2, Convolution3D.DataFormat.NCDHW),
                        VOLUME,
                        output()));
        examples.put(
                ComposableInputPreProcessor.class,
                () -> with(
                        new ComposableInputPreProcessor(new CnnToFeedForwardPreProcessor(6, 6, 2)), IMAGE, output()));
        examples.put(
                KerasFlattenRnnPreprocessor.class,
                () -> with(new KerasFlattenRnnPreprocessor(4, 5), SEQUENCE, output()));
        examples.put(PermutePreprocessor.class, () -> with(new PermutePreprocessor(2, 1), SEQUENCE, steps()));
        examples.put(
                ReshapePreprocessor.class,
                () -> with(new ReshapePreprocessor(new long[] {6}, new long[] {6}, false), VECTOR, output()));
    }

    /** Each step of a sequence is an image, of which a convolution makes a smaller one. */
    private static Example imagesOfSteps() {
        InputType input = InputType.recurrent(2 * 4 * 4, 5);
        Layer convolution = new ConvolutionLayer.Builder(2, 2).nIn(2).nOut(3).build();
        GraphBuilder graph = learning()
                .graphBuilder()
                .addInputs("in")
                .addLayer("images", convolution, new RnnToCnnPreProcessor(4, 4, 2), "in")
                .addLayer("lstm", new LSTM.Builder().nOut(3).build(), new CnnToRnnPreProcessor(3, 3, 3), "images")
                .addLayer("out", steps(), "lstm")
                .setOutputs("out");
        return new Example(graph.setInputTypes(input).build(), input);
    }

    private static Layer pooling() {
        return new GlobalPoolingLayer.Builder(PoolingType.AVG).build();
    }

    /** Before layers that are not the output. */
    private static Example between(GraphVertex vertex, InputType input, Layer... layers) {
        GraphBuilder graph = learning().graphBuilder().addInputs("in").addVertex("vertex", vertex, "in");
        String from = "vertex";
        for (int i = 0; i < layers.length; i++) {
            graph.addLayer("layer" + i, layers[i], from);
            from = "layer" + i;
        }
        graph.addLayer("out", output(), from).setOutputs("out");
        return new Example(graph.setInputTypes(input).build(), input);
    }

    private static Example with(InputPreProcessor preprocessor, InputType input, Layer output) {
        return vertex(new PreprocessorVertex(preprocessor), input, output);
    }
}
