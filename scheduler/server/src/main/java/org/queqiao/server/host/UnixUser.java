package org.queqiao.server.host;

/**
 * An entry of the name service.
 *
 * @param name login name
 * @param uid number
 * @param home absolute path of the home folder
 * @param shell absolute path of the login shell
 */
public record UnixUser(String name, int uid, String home, String shell) {}
