/**
 * From settings to a network ({@link io.lockstep.runs.networks.Networks}), the saved network that it may begin with, and
 * whether it fits the data and the memory of a rank.
 */
package io.lockstep.runs.networks;
