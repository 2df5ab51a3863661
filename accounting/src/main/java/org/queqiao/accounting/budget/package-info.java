/** What the scheduler is told of wallets. Pure: no clock, no I/O. */
package org.queqiao.accounting.budget;
