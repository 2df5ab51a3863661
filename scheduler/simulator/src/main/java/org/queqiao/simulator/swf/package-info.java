/**
 * Workload logs in the Standard Workload Format: reading, and writing ones from a published model.
 */
package org.queqiao.simulator.swf;
