/** The server process. {@link org.queqiao.server.Main} starts it; {@code boot} wires it by hand. */
package org.queqiao.server;
