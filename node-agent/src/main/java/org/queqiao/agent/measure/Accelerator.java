package org.queqiao.agent.measure;

/**
 * What one accelerator tells of itself; -1 where it does not.
 *
 * @param number in the name of its device file
 * @param busyMilli how busy it is, in thousandths, over the last second at most
 * @param memBytes its memory in use
 * @param powerMw its power in milliwatts
 * @param energyMj millijoules since its driver was loaded
 */
record Accelerator(int number, long busyMilli, long memBytes, long powerMw, long energyMj) {}
