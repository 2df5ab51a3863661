/** What is said to the machine and what it answers. Knows only the contract. */
package org.queqiao.core.message;
