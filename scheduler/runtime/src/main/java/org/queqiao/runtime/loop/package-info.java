/**
 * The one thread that owns the machine: a bounded inbox with two lanes, batches, the logical clock.
 * Nothing outside this package touches the machine.
 */
package org.queqiao.runtime.loop;
