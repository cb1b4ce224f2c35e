/**
 * A Deeplearning4j configuration becomes a replica.
 *
 * <p>{@link io.lockstep.networks.NetworkDefinition} is what is to be trained, {@link io.lockstep.networks.Hyperparameters} how,
 * and {@link io.lockstep.networks.Feeds} with {@link io.lockstep.networks.FeedPlan} say which column of a batch each input and
 * output is fed from, what is told and what is usual.
 *
 * <pre>
 *   compiled   a configuration as the engine runs it; compiled.games: networks that play against each other
 *    |
 *   dl4j       a configuration as DL4J itself runs it, and DL4J's files
 *    |
 *   (here)     what is trained, how, and what it is fed
 *    |
 *   games      games as lists of turns
 *   layers     layers, vertices and preprocessors that DL4J lacks
 *
 *   quality    how good generated pictures are
 *   gpu        which GPU a rank has
 * </pre>
 */
package io.lockstep.networks;
