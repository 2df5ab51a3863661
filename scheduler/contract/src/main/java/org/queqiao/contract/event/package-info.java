/** The facts of the log. Knows only ids, jobs, nodes and accounts. */
package org.queqiao.contract.event;
