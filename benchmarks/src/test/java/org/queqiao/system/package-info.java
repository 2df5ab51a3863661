/**
 * The whole system from outside: real processes, a real database, a real browser, started by the
 * project's own script in a folder of its own. Knows REST and the script, nothing inside.
 */
package org.queqiao.system;
