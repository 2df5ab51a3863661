/** The order in which waiting jobs are looked at. Knows the state. */
package org.queqiao.core.priority;
