/**
 * Deterministic schedules: a test's threads run one at a time, and a seed decides which goes on at every operation that
 * another thread could notice. A schedule that fails is printed with its seed, by which it runs again alike.
 *
 * <p>{@link io.lockstep.collectives.schedules.Rewriter} loads Lockstep's classes, and the scenario's, a second time with
 * calls into {@link io.lockstep.collectives.schedules.Schedule} before each access to a mapped or direct buffer, a
 * volatile field, an atomic, a file, and in place of locks, monitors, parking, threads and the clock. The product knows
 * nothing of it. Time is virtual: it passes when nobody can run, so deadlines of minutes cost nothing, and no test
 * depends on the machine's speed.
 *
 * <p>Why not Fray or Lincheck. Fray 0.9 takes no JDK but 25, by default a Corretto that it downloads from Amazon, and this
 * project runs on 17; its switch points on VarHandles are those of fields and arrays with volatile access: none on views
 * of byte buffers, none on acquire and release, which is all that shared memory is made of. Lincheck 3 answers
 * {@code System.nanoTime} with a constant, so that no wait with a deadline ends. Like both, this one explores
 * interleavings, not the reorderings of a weak memory model.
 */
package io.lockstep.collectives.schedules;
