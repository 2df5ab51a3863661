/** What is counted of runs and nodes: names, units, values, and why something is missing. */
package org.queqiao.contract.metrics;
