/**
 * What a server asks of the machine that it runs on: files that nobody else can read or that are
 * replaced as a whole, and the name service's Unix users. Knows the JDK alone.
 */
package org.queqiao.server.host;
