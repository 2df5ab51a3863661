/** Whether limits let a job in and let it start. Knows the state. */
package org.queqiao.core.limit;
