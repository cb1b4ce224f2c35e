/**
 * A Deeplearning4j configuration becomes a replica.
 *
 * <p>{@link io.lockstep.networks.NetworkDefinition} is what is to be trained, {@link io.lockstep.networks.Hyperparameters}
 * how, {@link io.lockstep.networks.Dl4jReplica} trains it step by step with DL4J's own layers and updaters. Around it:
 *
 * <ul>
 *   <li>{@code FlatLayout}: where each parameter lies in the flat vectors, and which are running statistics;
 *   <li>{@code Watermark}, {@code ReportingVertex}, {@code OutputVertex}: what is told while backward runs;
 *   <li>{@code NativeLayers}: what runs convolution, batch norm and ReLU, in place of DL4J's slow ways;
 *   <li>{@link io.lockstep.networks.Feeds}, {@link io.lockstep.networks.FeedPlan}: which column of a batch each input and
 *       output is fed from, what is told and what is usual;
 *   <li>{@code InputArrays}, {@code FeatureArray}, {@code LabelArray}, {@code OutputMeter}: a batch in, its loss and answers out;
 *   <li>{@code Dl4jLimits}: what DL4J itself gets wrong, and is refused before it starts;
 *   <li>{@code SavedNetwork}: what ModelSerializer wrote, compared before it is taken.
 * </ul>
 */
package io.lockstep.networks;
