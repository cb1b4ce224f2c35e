/**
 * Which examples a rank draws ({@link io.lockstep.datasets.loading.Sampler}), and batches of them, made by a thread ahead of the
 * step ({@link io.lockstep.datasets.loading.BatchLoader}).
 */
package io.lockstep.datasets.loading;
