/**
 * The log of the process for people and collectors: one JSON object on each line. Knows the JDK.
 */
package org.queqiao.server.logging;
