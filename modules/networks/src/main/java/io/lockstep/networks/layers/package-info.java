/**
 * Layers, vertices and preprocessors that DL4J lacks, as DL4J configurations: they go into DL4J's JSON, DL4J keeps their
 * parameters and updaters, and the engine runs them: compiled with the whole network, or one by one inside DL4J.
 */
package io.lockstep.networks.layers;
