/**
 * Networks that DL4J itself runs: {@link io.lockstep.networks.dl4j.Dl4jReplica} trains one step by step with DL4J's own layers
 * and updaters. Around it:
 *
 * <ul>
 *   <li>{@code FlatLayout}: where each parameter lies in the flat vectors, and which are running statistics;
 *   <li>{@code Watermark}, {@code ReportingVertex}, {@code OutputVertex}: what is told while backward runs;
 *   <li>{@code NativeLayers}: what runs convolution, batch norm and ReLU, in place of DL4J's slow ways;
 *   <li>{@code InputArrays}, {@code FeatureArray}, {@code LabelArray}, {@code OutputMeter}: a batch in, its loss and answers out;
 *   <li>{@code Dl4jLimits}: what DL4J itself gets wrong, and is refused before it starts;
 *   <li>{@code SavedNetwork}: what ModelSerializer wrote, compared before it is taken;
 *   <li>{@code InitialParameters}: the same for what a run begins with, and what other frameworks wrote.
 * </ul>
 *
 * <p>Where the engine runs a network, the same replica keeps its configuration, its updaters and its files.
 */
package io.lockstep.networks.dl4j;
