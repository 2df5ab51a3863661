/** What a job asks for, what it was given, and the states it passes through. Knows only the JDK. */
package org.queqiao.contract.job;
