/**
 * Measured figures: every benchmark starts what it measures, prints its progress to standard error
 * and its figures with the hardware to standard output. Knows the programs from outside, as their
 * users do.
 */
package org.queqiao.benchmarks;
