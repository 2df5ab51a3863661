/** The bridge to a cluster under Slurm: what it says as facts, and what it is told to run. */
package org.queqiao.agent.slurm;
