/**
 * Prices with the instants from which they hold. Pure: knows the contract and the JDK, no clock, no
 * I/O.
 */
package org.queqiao.accounting.tariff;
