/**
 * Where a run is told of beside its own folder. A module of its own knows each kind of tracking server: it implements
 * {@link io.lockstep.runs.tracking.Tracking} and names its class as a service; nothing here knows any of them. Training never
 * waits for a tracker: {@link io.lockstep.runs.tracking.RunTracking} hands lines over, and only the end of the run waits, for
 * {@code tracking-deadline}.
 */
package io.lockstep.runs.tracking;
