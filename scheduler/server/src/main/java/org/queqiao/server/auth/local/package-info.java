/**
 * What the owner of the data folder may do on this machine, over a Unix domain socket. Knows the
 * inputs of the core, the credentials of {@code auth} and Vert.x.
 */
package org.queqiao.server.auth.local;
