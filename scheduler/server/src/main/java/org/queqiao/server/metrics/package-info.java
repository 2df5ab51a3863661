/** Figures of the process for Prometheus. Knows Micrometer and the gauges of the other parts. */
package org.queqiao.server.metrics;
