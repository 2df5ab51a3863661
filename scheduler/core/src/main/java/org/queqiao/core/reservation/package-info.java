/** Advance reservations: what may be reserved, and when one opens and closes. Knows the state. */
package org.queqiao.core.reservation;
