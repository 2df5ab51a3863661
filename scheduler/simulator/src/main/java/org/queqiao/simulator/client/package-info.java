/** Users and administrators who retry, change their minds, and keep what they were promised. */
package org.queqiao.simulator.client;
