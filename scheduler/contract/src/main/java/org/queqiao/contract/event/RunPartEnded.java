package org.queqiao.contract.event;

import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;

/**
 * Nothing of a run lives any more on one of its nodes, while something may on others. Its cores
 * stay held until the last of them has told its end, by which the run itself ends.
 *
 * @param exit what the node recorded; of the kind LOST when the node itself was lost
 */
public record RunPartEnded(RunId run, NodeName node, RunExit exit) implements Event {}
