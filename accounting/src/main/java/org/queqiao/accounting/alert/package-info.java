/** What people are told about budgets and wallets. Pure: no clock, no I/O. */
package org.queqiao.accounting.alert;
