/** Why a job waits, in the user's words. Knows the state and placement. */
package org.queqiao.core.explain;
