/** Messages between server and node agent. Knows only ids, jobs and nodes. */
package org.queqiao.contract.agent;
