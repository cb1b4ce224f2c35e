/**
 * Ranks that are processes of one host and one user: frames through mapped files in a private directory.
 *
 * <p>Each rank makes a directory that only its user can enter (mode 0700), in it a file of fixed size with the queues
 * from its peers, and gives the path to the others through the rendezvous. Everybody maps the files of the ranks on its
 * host and proves in them that it knows the attempt's key; when all proofs are there the files are unlinked, so that
 * nothing is left behind however the processes end. What a start finds of an earlier one that was killed before that, it
 * removes.
 *
 * <p>This protects from other users of the host. It does not protect from root, nor from other processes of the same
 * user, who can read the memory of each other anyway.
 */
package io.lockstep.collectives.sharedmemory;
