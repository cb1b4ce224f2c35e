/**
 * Elements copied to other places, or handed on as they lie: concatenation, padding, ranges of channels, other shapes, and
 * where a pass begins and ends.
 */
package io.lockstep.engine.cpu.moves;
