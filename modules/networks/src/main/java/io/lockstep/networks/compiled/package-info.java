/**
 * DL4J configurations run by the engine.
 *
 * <p>{@link io.lockstep.networks.compiled.CompiledReplica} keeps a DL4J network for what DL4J does best, its
 * configuration, updaters and files, and runs forward and backward by an {@link io.lockstep.engine.Plan} on DL4J's own
 * flat vectors: nothing is copied between the two. {@code GraphTranslator} walks the vertices in DL4J's order. What becomes of
 * a layer is one line of the {@code LayerRules}, which {@code ImageTranslator}, {@code SequenceTranslator}, {@code
 * ScalingLayers} and {@code OutputTranslator} fill; of another vertex one of {@code VertexTranslator}; of a loss that is told
 * numbers one of {@code LossTranslator}. What has no line is refused by name, and DL4J runs it.
 */
package io.lockstep.networks.compiled;
