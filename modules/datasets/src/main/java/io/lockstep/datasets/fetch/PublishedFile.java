package io.lockstep.datasets.fetch;

import java.net.URI;

/**
 * A file that never changes.
 *
 * @param bytes its exact length
 * @param sha256 in lower-case hexadecimal
 */
record PublishedFile(String name, URI uri, long bytes, String sha256) {}
