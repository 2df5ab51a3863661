/** Finds out what the node is and how busy it is. */
package org.queqiao.agent.measure;
