/**
 * Hosts: what one has ({@link io.lockstep.runs.hosts.HostFacts}), what of that a run needs, and what is told where it lacks
 * ({@link io.lockstep.runs.hosts.Finding}).
 */
package io.lockstep.runs.hosts;
