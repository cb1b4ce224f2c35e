/**
 * Sets of encoded pictures, whatever they lie in: files of their own, or members of an archive. They are decoded into memory
 * before a run, or, where each draw of a picture is another part of it, by several threads as they are drawn.
 */
package io.lockstep.datasets.images.encoded;
