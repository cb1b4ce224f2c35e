/**
 * {@code data fetch NAME}: a published data set from its publisher onto the local disk.
 *
 * <pre>
 *   HOME/.fetch-cifar10/                        one fetch at a time, by a lock on a file in here
 *       cifar-10-binary.tar.gz.part             grows; a broken download goes on from its length
 *       cifar-10-binary.tar.gz                  its length and SHA-256 are the publisher's
 *       complete/                               unpacked, opened once to see that it is whole
 *   HOME/cifar-10-batches-bin/                  moved here in one step: there is never half a data set
 * </pre>
 *
 * <p>The network is trusted with nothing: a body is cut off at the length known beforehand, its digest is compared before
 * anything reads it, and of an archive only the files with the expected names are written, to places chosen here. Every
 * wait has a deadline.
 */
package io.lockstep.datasets.fetch;
