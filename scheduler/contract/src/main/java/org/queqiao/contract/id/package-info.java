/** Identifiers as types. Knows only the JDK. */
package org.queqiao.contract.id;
