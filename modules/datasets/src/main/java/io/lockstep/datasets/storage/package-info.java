/**
 * Files that may lie on a disk or on what a cluster has: {@link io.lockstep.datasets.storage.Storage}, of which {@link
 * io.lockstep.datasets.storage.LocalStorage} is the one without a cluster; and files that are read with care, as their lengths
 * and their bytes come from somebody else.
 */
package io.lockstep.datasets.storage;
