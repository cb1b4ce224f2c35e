/** Every operation as its definition says, one loop after the other, in double precision: the yardstick. */
package io.lockstep.engine.reference;
