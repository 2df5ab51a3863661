/** One pass over the waiting jobs: who starts now, and where. Knows state, order and placement. */
package org.queqiao.core.plan;
