/** Runs a copy of the machine forward in virtual time. Knows the machine and its inputs. */
package org.queqiao.core.forecast;
