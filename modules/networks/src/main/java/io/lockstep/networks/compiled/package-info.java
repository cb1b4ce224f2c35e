/**
 * DL4J configurations run by the engine.
 *
 * <p>{@link io.lockstep.networks.compiled.CompiledReplica} keeps a DL4J network for what DL4J does best, its
 * configuration, updaters and files, and runs forward and backward by an {@link io.lockstep.engine.Plan} on DL4J's own
 * flat vectors: nothing is copied between the two. {@code GraphTranslator} and {@code LayerTranslator} say what becomes
 * of each vertex, and refuse by name what the engine does not have.
 */
package io.lockstep.networks.compiled;
