/**
 * Time, order of happenings, and the network of a simulated cluster. Knows the JDK and the
 * runtime's time source.
 */
package org.queqiao.simulator.world;
