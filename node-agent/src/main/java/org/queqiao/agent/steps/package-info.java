/** Steps of runs on this node: how processes of jobs reach the agent, and what they may ask. */
package org.queqiao.agent.steps;
