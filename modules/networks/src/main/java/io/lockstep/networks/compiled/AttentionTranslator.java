package io.lockstep.networks.compiled;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Window;
import io.lockstep.engine.operations.Attention;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;

/**
 * DL4J's attention: projections of queries, keys and values without biases, each (heads, size of a head, features), the
 * engine's attention, and a projection of what all heads give, (heads x size of a head, outputs). The last one's weights lie
 * as those of a transposed convolution of single pixels do.
 */
final class AttentionTranslator {
    private static final Window PIXEL = Window.square(1, 1, 0);

    private final GraphBuilder graph;

    AttentionTranslator(GraphBuilder graph) {
        this.graph = graph;
    }

    String selfAttention(String name, SelfAttentionLayer layer, String input) {
        if (!layer.isProjectInput()) {
            String all = graph.beside(name, "queries-keys-values");
            graph.add(all, new Concatenation(), input, input, input);
            graph.add(name, new Attention(1, false, false), all);
            return name;
        }
        int width = Math.toIntExact(layer.getNHeads() * layer.getHeadSize());
        String queries = projected(name, "queries", width, input);
        String keys = projected(name, "keys", width, input);
        String values = projected(name, "values", width, input);
        String all = graph.beside(name, "queries-keys-values");
        graph.add(all, new Concatenation(), queries, keys, values);
        String heads = graph.beside(name, "heads");
        graph.add(heads, new Attention(layer.getNHeads(), false, false), all);
        return joined(name, layer.getNOut(), heads);
    }

    String attention(String name, AttentionVertex vertex, String queries, String keys, String values) {
        String q = queries;
        String k = keys;
        String v = values;
        int heads = 1;
        if (vertex.isProjectInput()) {
            heads = vertex.getNHeads();
            int width = Math.toIntExact(heads * vertex.getHeadSize());
            q = projected(name, "queries", width, queries);
            k = projected(name, "keys", width, keys);
            v = projected(name, "values", width, values);
        }
        String both = graph.beside(name, "keys-values");
        graph.add(both, new Concatenation(), k, v);
        if (!vertex.isProjectInput()) {
            graph.add(name, new Attention(1, false, false), q, both);
            return name;
        }
        String attended = graph.beside(name, "heads");
        graph.add(attended, new Attention(heads, false, false), q, both);
        return joined(name, vertex.getNOut(), attended);
    }

    private String projected(String name, String what, int width, String input) {
        String projection = graph.beside(name, what);
        graph.add(projection, new Dense(width, false), input);
        return projection;
    }

    private String joined(String name, long outputs, String heads) {
        graph.add(name, new TransposedConvolution(Math.toIntExact(outputs), PIXEL, false), heads);
        return name;
    }
}
