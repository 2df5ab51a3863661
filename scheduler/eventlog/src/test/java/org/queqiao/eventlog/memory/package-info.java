/** Tests of the package of the same name, and the contract kit applied to its store. */
package org.queqiao.eventlog.memory;
