package io.lockstep.spark.ml;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockstep.networks.Feeds;
import io.lockstep.networks.LabelKind;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.UsageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * A network as a parameter has it: the name of one of the zoo, or JSON.
 *
 * <pre>
 *   {"layers": "..."}                                                  a MultiLayerConfiguration, as DL4J writes it
 *   {"graph": "...", "inputs": ["...", ...], "feeds": {...}}           a ComputationGraphConfiguration; inputs and feeds may lack
 * </pre>
 *
 * @param zoo a name, or null
 * @param layers or null
 * @param graph or null
 * @param inputs what the graph's inputs read; empty: as the data have it
 * @param feeds of the graph
 */
record NetworkText(
        String zoo,
        MultiLayerConfiguration layers,
        ComputationGraphConfiguration graph,
        List<InputType> inputs,
        Feeds feeds) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final org.nd4j.shade.jackson.databind.ObjectMapper DL4J = NeuralNetConfiguration.mapper();

    static NetworkText of(MultiLayerConfiguration layers) {
        return new NetworkText(null, layers, null, List.of(), Feeds.USUAL);
    }

    static NetworkText of(ComputationGraphConfiguration graph) {
        return new NetworkText(null, null, graph, List.of(), Feeds.USUAL);
    }

    /** @throws UsageException if the networks play against each other */
    static NetworkText of(NetworkDefinition definition) {
        if (definition.game() != null) {
            throw new UsageException(
                    "networks that play against each other predict no column; train them by the Java API");
        }
        return new NetworkText(null, null, definition.configuration(), definition.inputs(), definition.feeds());
    }

    /** @throws UsageException for an unknown name, or JSON that is no network */
    static NetworkText parse(String text) {
        if (!text.stripLeading().startsWith("{")) {
            Networks.model(text);
            return new NetworkText(text, null, null, List.of(), Feeds.USUAL);
        }
        try {
            JsonNode json = JSON.readTree(text);
            if (json.has("layers")) {
                return of(MultiLayerConfiguration.fromJson(json.get("layers").textValue()));
            } else if (!json.has("graph")) {
                throw new UsageException("network is JSON without layers and without graph");
            }
            List<InputType> inputs = new ArrayList<>();
            for (JsonNode input : json.path("inputs")) {
                inputs.add(DL4J.readValue(input.textValue(), InputType.class));
            }
            ComputationGraphConfiguration graph =
                    ComputationGraphConfiguration.fromJson(json.get("graph").textValue());
            return new NetworkText(null, null, graph, inputs, feeds(json.path("feeds")));
        } catch (JsonProcessingException | org.nd4j.shade.jackson.core.JsonProcessingException | RuntimeException e) {
            throw e instanceof UsageException usage
                    ? usage
                    : new UsageException("network is no network that Deeplearning4j can read: " + e.getMessage(), e);
        }
    }

    private static Feeds feeds(JsonNode json) {
        Map<String, LabelKind> kinds = new HashMap<>();
        map(json.path("kinds")).forEach((output, kind) -> kinds.put(output, LabelKind.valueOf(kind)));
        return new Feeds(map(json.path("columns")), map(json.path("masks")), kinds);
    }

    private static Map<String, String> map(JsonNode json) {
        Map<String, String> map = new HashMap<>();
        json.fields()
                .forEachRemaining(
                        entry -> map.put(entry.getKey(), entry.getValue().textValue()));
        return map;
    }

    /** What {@link #parse} reads. */
    String text() {
        if (zoo != null) {
            return zoo;
        }
        ObjectNode json = JSON.createObjectNode();
        try {
            if (layers != null) {
                return json.put("layers", layers.toJson()).toString();
            }
            json.put("graph", graph.toJson());
            ArrayNode types = json.putArray("inputs");
            for (InputType input : inputs) {
                types.add(DL4J.writeValueAsString(input));
            }
        } catch (org.nd4j.shade.jackson.core.JsonProcessingException e) {
            throw new UsageException("the network cannot be written as JSON: " + e.getMessage(), e);
        }
        ObjectNode fed = json.putObject("feeds");
        put(fed.putObject("columns"), feeds.columns());
        put(fed.putObject("masks"), feeds.masks());
        put(fed.putObject("kinds"), feeds.kinds());
        return json.toString();
    }

    private static void put(ObjectNode json, Map<String, ?> map) {
        map.forEach((key, value) -> json.put(key, value.toString()));
    }
}
