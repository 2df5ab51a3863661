/** Who may do what: one table, deny by default. Knows the state of accounts and projects. */
package org.queqiao.core.permission;
