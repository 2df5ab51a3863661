/** Users, projects, roles, domains and prices as the log states them. Knows only the JDK. */
package org.queqiao.contract.account;
