/** Where the core time of each node went, from the facts of the log alone. Pure. */
package org.queqiao.accounting.nodes;
