/**
 * What a format of data is asked: which sets lie in a folder, and to open one. Formats lie with what they read ({@code
 * images}, {@code text}); {@link io.lockstep.datasets.catalog.DataFormats} lists them.
 */
package io.lockstep.datasets.formats;
