/** Keys: one secret an attempt, of which every use derives its own. */
package io.lockstep.collectives.security;
