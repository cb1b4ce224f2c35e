/**
 * What a run knows of Deeplearning4j's own training masters: their words and settings, which are the same in every build,
 * and {@link io.lockstep.runs.masters.MasterTraining}, by which the module dl4j-masters runs them. That module is in the
 * builds for Spark 3.5 alone, as Deeplearning4j has published its masters for Scala 2.12 at most.
 */
package io.lockstep.runs.masters;
