/**
 * CIFAR's Python archives, whose files are pickles. A pickle is a program; {@link io.lockstep.datasets.images.pickles.Unpickler}
 * runs of it what makes dictionaries, lists, numbers, text and arrays of bytes, and nothing else.
 */
package io.lockstep.datasets.images.pickles;
