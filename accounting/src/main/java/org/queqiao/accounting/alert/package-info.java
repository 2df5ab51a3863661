/** What people are told about budgets, wallets and core-hours. Pure: no clock, no I/O. */
package org.queqiao.accounting.alert;
