/**
 * Sets of sequences: texts as characters of a vocabulary, passages that are classified, sentences with masked words, and pairs
 * of sequences that are generated. All of them are steps of whole numbers in float32 columns ({@code TokenDataset}).
 */
package io.lockstep.datasets.text;
